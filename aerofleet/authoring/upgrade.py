"""Bring definition files to the present format: the names that it changed are replaced, and each file names it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aerofleet.files.definition_file import FORMAT, format_mistake
from aerofleet.files.formats import MIGRATIONS, PRESENT, Rename
from aerofleet.files.formats.migration import paths_at
from aerofleet.files.project_files import Files
from aerofleet.findings.stop import FailureError, MistakeError
from aerofleet.fleet.lookup import all_cells
from aerofleet.load import Document, LoadError, read_bytes, read_text
from aerofleet.load.editing import EditError, Word, with_first_key, with_words
from aerofleet.load.file import decode
from aerofleet.load.whole_file import write_all
from aerofleet.settings.source import FILES, LINKS, STACKS
from aerofleet.settings.tiers import TIERS

FOLDERS = (STACKS.as_posix(), "templates")
"""The only folders in which an upgrade writes."""
BYTE_ORDER_MARK = "\ufeff"
LINE = re.compile(r"[^\n]*\n|[^\n]+")
"""A line for a diff, with its end."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """``files``: name → (text now, text in the present format) of each file that changes. ``left``: name → why a file
    can't be changed. ``present``: the number of files that have the present format.
    """

    files: Mapping[str, tuple[str, str]]
    left: Mapping[str, str]
    present: int

    @property
    def is_needed(self) -> bool:
        return bool(self.files or self.left)


def upgrade_of(root: Path) -> Upgrade:
    """Return what the definition files of a project need for the present format. Raises NoCellError."""
    cells = all_cells(root)
    files: dict[str, tuple[str, str]] = {}
    left: dict[str, str] = {}
    present = 0
    for name, kind in definition_files(Files(root), cells):
        try:
            text = text_in_project(root, name)
            after = upgraded(text, name, kind)
        except MistakeError as error:
            left[name] = str(error)
            continue
        if after == text:
            present += 1
        else:
            files[name] = (text, after)
    return Upgrade(files, left, present)


def definition_files(files: Files, cells: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (name, kind of file) of every definition file of a project; the kinds are those of the schemas."""
    for cell in cells:
        folder = f"{STACKS}/{cell}"
        yield from ((name, file.removesuffix(".yaml")) for file in FILES if files.has(name := f"{folder}/{file}"))
        yield from ((name, "team") for name in files.definitions(f"{folder}/teams"))
    if files.has(LINKS):
        yield LINKS, "links"
    yield from ((name, "tier") for name in files.definitions(TIERS))


def text_in_project(root: Path, name: str) -> str:
    """Return the text of a file, with its byte-order mark. Raises LoadError, and EditError for a link to a file
    elsewhere.
    """
    path = (root / name).resolve()
    if not any(path.is_relative_to(root.resolve() / folder) for folder in FOLDERS):
        raise EditError(f"{name}:1:1: is a link to {path}, outside of {' and '.join(f'{f}/' for f in FOLDERS)}")
    content = read_bytes(root / name, name)
    text = decode(content, name)
    return BYTE_ORDER_MARK + text if content.startswith(BYTE_ORDER_MARK.encode()) else text


def upgraded(text: str, name: str, kind: str) -> str:
    """Return the text of a file in the present format; the same text if it has that already.

    The old names are refused in the present format, so they are replaced whatever format the file names. Raises
    LoadError, and EditError if only a person can change it.
    """
    mark, text = text[: text.startswith(BYTE_ORDER_MARK)], text.removeprefix(BYTE_ORDER_MARK)
    document = read_text(text, name)
    if document.data is None:
        return mark + text
    if not isinstance(document.data, Mapping):
        raise EditError(f"{document.locate(())}: is no mapping")
    mistake = format_mistake(document.data, document.locate)
    if mistake is not None and not has_earlier_format(document.data):
        raise LoadError([mistake])
    for migration in MIGRATIONS:
        text = with_renames(text, name, [rename for rename in migration.renames if rename.kind == kind])
    return mark + with_format(text, name)


def has_earlier_format(data: Mapping[str, Any]) -> bool:
    number = data[FORMAT]
    return isinstance(number, int) and not isinstance(number, bool) and 1 <= number < PRESENT


def with_renames(text: str, name: str, renames: Iterable[Rename]) -> str:
    """Return ``text`` with the renames at their places. Raises EditError."""
    document = read_text(text, name)
    wanted = deepcopy(document.data)
    words: set[Word] = set()
    for rename in renames:
        words |= renamed(document, wanted, rename)
    return read_as(with_words(text, words), name, wanted) if words else text


def renamed(document: Document, wanted: Any, rename: Rename) -> set[Word]:
    """Rename in ``wanted``, the data of the document; return the words to replace in its text. Raises EditError."""
    words: set[Word] = set()
    for path in [*paths_at(document.data, rename.place)]:
        *above, last = path
        holder = wanted
        for key in above:
            holder = holder[key]
        value = holder[last]
        if rename.what == "key" and isinstance(value, dict) and rename.old in value:
            where = document.locate((*path, rename.old))
            if rename.new in value:
                raise EditError(f"{where}: '{rename.new}' is beside '{rename.old}': keep one of them")
            value[rename.new] = value.pop(rename.old)
            words.add(Word(where, rename.old, rename.new))
        elif rename.what == "value" and value == rename.old:
            holder[last] = rename.new
            words.add(Word(document.locate(path, value=True), rename.old, rename.new))
    return words


def with_format(text: str, name: str) -> str:
    """Return ``text`` with the present format. Raises EditError."""
    document = read_text(text, name)
    number = document.data.get(FORMAT)
    if number == PRESENT:
        return text
    if number is not None:
        after = with_words(text, [Word(document.locate((FORMAT,), value=True), str(number), str(PRESENT))])
    elif not document.data:
        raise EditError(f"{document.locate(())}: has no key")
    else:
        first = min(document.locate((key,)) for key in document.data)
        after = with_first_key(text, document.locate(()), first, f"{FORMAT}: {PRESENT}")
    return read_as(after, name, {**document.data, FORMAT: PRESENT})


def read_as(text: str, name: str, wanted: Any) -> str:
    """Return ``text`` if it is read as ``wanted``. Raises EditError otherwise."""
    try:
        if read_text(text, name).data == wanted:
            return text
    except LoadError:
        pass
    raise EditError(f"{name}:1:1: is written so that only a person can bring it to format {PRESENT}")


def as_diff(upgrade: Upgrade) -> str:
    """Return a unified diff of every file that changes, as `git diff` and `patch -p1` have it."""
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for name, (before, after) in upgrade.files.items()
        for line in difflib.unified_diff(LINE.findall(before), LINE.findall(after), f"a/{name}", f"b/{name}")
    )


def write_upgrade(root: Path, upgrade: Upgrade) -> None:
    """Write every file that changes. None is written where one can't be; after an interrupt, the same again goes on.

    Raises FailureError.
    """
    try:
        write_all({(root / name).resolve(): after for name, (_, after) in upgrade.files.items()})
    except OSError as error:
        raise FailureError(f"{error.filename}: can't be written: {error.strerror}; run it again then") from None
