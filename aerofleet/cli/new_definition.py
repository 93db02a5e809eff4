"""What `new-team` and `new-cluster` share: an entry is added to a file of the project, and what follows is written."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aerofleet.cli import EXIT_FINE, EXIT_MISTAKE
from aerofleet.cli.findings import no_cell
from aerofleet.cli.generate import DefinitionsMistakeError, RequestMistakeError, definitions, read, write
from aerofleet.files.validation import nearest
from aerofleet.findings.formats.text import as_text
from aerofleet.fleet.allocation import PortsExhaustedError
from aerofleet.load import Document, LoadError, read_bytes_as_text, read_plain, read_text, yaml_line
from aerofleet.settings.source import cells

LINE = re.compile(r"[^\n]*\n")


def cell_of(root: Path, wanted: str | None) -> str:
    """The cell that was named, or the only one there is. Raises RequestMistakeError."""
    known = cells(root)
    if not known:
        raise RequestMistakeError(no_cell(root))
    if wanted is None and len(known) == 1:
        return known[0]
    if wanted is None:
        raise RequestMistakeError(f"say which cell with --cell: {', '.join(known)}")
    if wanted not in known:
        raise RequestMistakeError(f"there is no cell '{wanted}'; {nearest(wanted, known)}")
    return wanted


def existing_text(root: Path, name: str) -> str:
    """The file's text with its line ends as they are. Raises LoadError."""
    return read_bytes_as_text(root / name, name)


def entries_of(document: Document, key: str) -> Mapping[str, Any]:
    """The mapping at a key of a document; empty where there is none. Raises RequestMistakeError."""
    data = document.data or {}
    entries = data.get(key) or {} if isinstance(data, dict) else None
    if not isinstance(entries, dict):
        raise RequestMistakeError(f"{document.file} has no mapping '{key}'")
    return entries


def with_entry(text: str, file: str, key: str, name: str, entry: Mapping[str, Any]) -> str:
    """``text`` with ``name: entry`` at the end of its mapping ``key``. All else stays as it is, comments and line ends
    too.

    Raises LoadError, and RequestMistakeError where a person has to add it.
    """
    document = read_text(text, file)
    entries = entries_of(document, key)
    if name in entries:
        raise RequestMistakeError(f"'{name}' is in {file} already")
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = LINE.findall(text if text.endswith("\n") or not text else text + ending)
    if not entries:
        lines, at = begun(lines, document, key, ending)
        indent = "  "
    else:
        at = end_of(lines, document, key)
        indent = " " * (document.locate((key, next(iter(entries)))).column - 1)
    block = [line + ending for line in entry_lines(name, entry, indent)]
    changed = "".join([*lines[:at], *block, *lines[at:]])
    wanted = {**(document.data or {}), key: {**entries, name: dict(entry)}}
    if not is_read_as(changed, wanted):
        shown = "\n".join(["", *entry_lines(name, entry, "  ")])
        raise RequestMistakeError(f"{file} is written so that only a person can add to it. Add this to '{key}':{shown}")
    return changed


def begun(lines: list[str], document: Document, key: str, ending: str) -> tuple[list[str], int]:
    """Return the lines with ``key:`` on a line without a value, and the number of lines up to and with it."""
    if not document.data or key not in document.data:
        return [*lines, f"{key}:{ending}"], len(lines) + 1
    at = document.locate((key,)).line - 1
    _, mark, comment = lines[at].partition("#")
    line = f"{key}: #{comment}" if mark else f"{key}:{ending}"
    return [*lines[:at], line, *lines[at + 1 :]], at + 1


def end_of(lines: list[str], document: Document, key: str) -> int:
    """How many lines stand before what follows the mapping at ``key``; the comments above that are of what follows."""
    starts = [document.locate((each,)).line - 1 for each in document.data]
    begins = document.locate((key,)).line - 1
    at = min((line for line in starts if line > begins), default=len(lines))
    while at > begins + 1 and (not lines[at - 1].strip() or lines[at - 1].startswith("#")):
        at -= 1
    return at


def is_read_as(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return bool(read_text(text, "").data == wanted)
    except LoadError:
        return False


def entry_lines(name: str, entry: Mapping[str, Any], indent: str) -> list[str]:
    return [f"{indent}{yaml_line(name)}:", *(f"{indent}  {key}: {yaml_line(value)}" for key, value in entry.items())]


def plain(text: str) -> Any:
    """A word of the command line as it would be read in a file without quotes."""
    try:
        return read_plain(text)
    except ValueError:
        return text


def write_with_allocations(root: Path, texts: Mapping[str, str]) -> int:
    """Write the texts (name of a file → its text), and what follows from them, only if nothing is wrong with them."""
    try:
        following = definitions(root, texts)
    except DefinitionsMistakeError as error:
        sys.stderr.write(as_text(error.findings) + "nothing was written\n")
        return EXIT_MISTAKE
    except (PortsExhaustedError, RequestMistakeError) as error:
        sys.stderr.write(f"{error}\nnothing was written\n")
        return EXIT_MISTAKE
    for path, text in {**{Path(name): text for name, text in texts.items()}, **following}.items():
        if read(root / path) != text:
            write(root / path, text)
            sys.stdout.write(f"{path}: written\n")
    return EXIT_FINE
