"""The mistakes of a file as YAML or JSON, before its values have a meaning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from aerofleet.findings import Finding, Location, Rule, declared, rules_in
from aerofleet.findings.stop import MistakeError

FILE_UNREADABLE = declared(
    "file-unreadable",
    "The file is missing, not a regular file, or may not be read.",
    scope="file",
    severity="error",
    source="POSIX, regular files and permissions",
)
FILE_SIZE = declared(
    "file-size",
    "The file is larger than any definition can sensibly be.",
    scope="file",
    severity="error",
    source="Platform rule: the limits of the reader of files",
)
FILE_ENCODING = declared(
    "file-encoding",
    "The file is not UTF-8 text.",
    scope="file",
    severity="error",
    source="Platform rule: files are UTF-8; YAML 1.2 allows UTF-16 and UTF-32, too",
)
YAML_SYNTAX = declared("yaml-syntax", "The text is not YAML.", scope="file", severity="error", source="YAML 1.2")
YAML_DOCUMENTS = declared(
    "yaml-documents",
    "A file has several documents where one is expected.",
    scope="file",
    severity="error",
    source="Platform rule: one document a file, where YAML 1.2 allows several",
)
YAML_DUPLICATE_KEY = declared(
    "yaml-duplicate-key",
    "A mapping has a key twice; readers differ in which one they take.",
    scope="file",
    severity="error",
    source="YAML 1.2, mappings: the keys are unique",
)
YAML_KEY = declared(
    "yaml-key", "A key is not text.", scope="file", severity="error", source="JSON, objects: the names are strings"
)
YAML_TAG = declared(
    "yaml-tag",
    "A value has a tag other than YAML's own plain types.",
    scope="file",
    severity="error",
    source="JSON, which the API server reads: it has no tags",
)
YAML_NUMBER = declared(
    "yaml-number",
    "A number has no JSON form, or does not fit 64 bits.",
    scope="file",
    severity="error",
    source="JSON, numbers; Kubernetes 1.35, numbers of objects: 64 bits",
)
YAML_ALIAS = declared(
    "yaml-alias",
    "An alias names nothing that is complete before it.",
    scope="file",
    severity="error",
    source="YAML 1.2, alias nodes; Platform rule: no alias within its own anchor",
)
YAML_MERGE = declared(
    "yaml-merge",
    "A merge key `<<` has a value that is no mapping.",
    scope="file",
    severity="error",
    source="YAML 1.1, merge keys",
)
YAML_EXPANSION = declared(
    "yaml-expansion",
    "The document, with its aliases written out, has too many values.",
    scope="file",
    severity="error",
    source=(
        "CVE-2019-11253, aliases that multiply in the API server; Platform rule: the limits of the reader of files"
    ),
)
YAML_NESTING = declared(
    "yaml-nesting",
    "The document is nested too deeply.",
    scope="file",
    severity="error",
    source="Platform rule: the limits of the reader of files",
)

RULES = rules_in(globals())


class LoadError(MistakeError):
    """A file could not be read; ``findings`` has every mistake with its location."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__(findings=findings)


def stop_at(location: Location, rule: Rule[...], message: str, remedy: str) -> NoReturn:
    """Raise LoadError for a mistake that makes the rest of the file unreadable."""
    raise LoadError([rule.finding("", message, remedy, location)])
