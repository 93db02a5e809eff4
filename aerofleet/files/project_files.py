"""The definition files of a project, by their names below its root."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from aerofleet.files.validation import nearest
from aerofleet.findings import Finding, Location, declared, rules_in
from aerofleet.load import Document, read, read_text

SUFFIX = ".yaml"
LOOKS_LIKE_DEFINITIONS = (SUFFIX, ".yml", ".json")

FILE_UNKNOWN = declared(
    "file-unknown",
    "Nothing reads a file; it has no effect.",
    scope="file",
    severity="error",
    source="Platform rule: docs/reference/definitions.md",
)
RULES = rules_in(globals())


@dataclass(frozen=True, slots=True)
class Files:
    """The files below ``root``. ``texts``: name → text to read instead of the file, which need not exist."""

    root: Path
    texts: Mapping[str, str] = field(default_factory=dict)

    def read(self, name: str) -> Document:
        """Return the document of a file. Raises LoadError."""
        return read_text(self.texts[name], name) if name in self.texts else read(self.root / name, name)

    def has(self, name: str) -> bool:
        return name in self.texts or (self.root / name).exists()

    def definitions(self, folder: str) -> list[str]:
        """Return the names of the definition files in a folder, sorted."""
        return sorted(name for name in self.names(folder) if name.endswith(SUFFIX))

    def names(self, folder: str) -> set[str]:
        """Return the names of all entries of a folder, without hidden ones."""
        there = (self.root / folder).iterdir() if (self.root / folder).is_dir() else ()
        replaced = (name for name in self.texts if str(PurePosixPath(name).parent) == folder)
        return {*(f"{folder}/{path.name}" for path in there if not path.name.startswith(".")), *replaced}

    def without_effect(self, folder: str, known: Collection[str] = ()) -> Iterator[Finding]:
        """Find files that look like definitions and that nothing reads.

        ``known``: the names of the files that are read; if it is empty, every ``.yaml`` is read.
        """
        for name in sorted(self.names(folder)):
            path = PurePosixPath(name)
            is_read = path.name in known if known else path.suffix == SUFFIX
            if path.suffix.lower() in LOOKS_LIKE_DEFINITIONS and not is_read:
                hint = nearest(path.name, known) if known else f"call it {path.stem}{SUFFIX}"
                yield FILE_UNKNOWN.finding("", "nothing reads this file", hint, Location(name, 1, 1))
