"""The mistakes of a file as YAML or JSON, before its values have a meaning."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import NoReturn

from aerofleet.findings import Finding, Location
from aerofleet.findings.stop import MistakeError

RULES = MappingProxyType(
    {
        "file-unreadable": "The file is missing, not a regular file, or may not be read.",
        "file-size": "The file is larger than any definition can sensibly be.",
        "file-encoding": "The file is not UTF-8 text.",
        "yaml-syntax": "The text is not YAML.",
        "yaml-documents": "A file that is to hold one document holds several.",
        "yaml-duplicate-key": "A mapping has a key twice; readers differ in which one they take.",
        "yaml-key": "A key is not text.",
        "yaml-tag": "A value carries a tag other than YAML's own plain types.",
        "yaml-number": "A number has no JSON form, or does not fit 64 bits.",
        "yaml-alias": "An alias names nothing that is complete before it.",
        "yaml-merge": "A merge key `<<` has a value that is no mapping.",
        "yaml-expansion": "The document, with its aliases written out, has too many values.",
        "yaml-nesting": "The document is nested too deeply.",
    }
)
"""Rule id of the reader → the text that it refuses."""


class LoadError(MistakeError):
    """A file could not be read; ``findings`` has every mistake with its location."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__(findings=findings)


def finding_at(location: Location, rule: str, message: str, hint: str) -> Finding:
    """Return a refusal of the reader, with a location in the file and without a field path."""
    return Finding(rule=rule, severity="error", path="", message=message, remedy=hint, location=location)


def stop_at(location: Location, rule: str, message: str, hint: str) -> NoReturn:
    """Raise LoadError for a mistake that makes the rest of the file unreadable."""
    raise LoadError([finding_at(location, rule, message, hint)])
