"""Add an entry to a mapping of a YAML file, so that every other line stays as a person wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aerofleet.findings.stop import MistakeError
from aerofleet.load import Document, LoadError, read_plain, read_text, yaml_line

LINE = re.compile(r"[^\n]*\n")


class EntryError(MistakeError):
    """The entry can't be added to the file; the text has the reason, and what a person can add instead."""


def entries_of(document: Document, key: str) -> Mapping[str, Any]:
    """Return the mapping at a key of a document; empty if it has none. Raises EntryError."""
    data = document.data or {}
    entries = data.get(key) or {} if isinstance(data, dict) else None
    if not isinstance(entries, dict):
        raise EntryError(f"{document.file} has no mapping '{key}'")
    return entries


def with_entry(text: str, file: str, key: str, name: str, entry: Mapping[str, Any]) -> str:
    """Return ``text`` with ``name: entry`` at the end of its mapping ``key``. Everything else stays as it is, comments
    and line ends, too.

    Raises LoadError, and EntryError if a person has to add it.
    """
    document = read_text(text, file)
    entries = entries_of(document, key)
    if name in entries:
        raise EntryError(f"'{name}' is in {file} already")
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = LINE.findall(text if text.endswith("\n") or not text else text + ending)
    if not entries:
        lines, at = with_key(lines, document, key, ending)
        indent = "  "
    else:
        at = end_of(lines, document, key)
        indent = " " * (document.locate((key, next(iter(entries)))).column - 1)
    block = [line + ending for line in entry_lines(name, entry, indent)]
    changed = "".join([*lines[:at], *block, *lines[at:]])
    wanted = {**(document.data or {}), key: {**entries, name: dict(entry)}}
    if not is_read_as(changed, wanted):
        shown = "\n".join(["", *entry_lines(name, entry, "  ")])
        raise EntryError(f"{file} is written so that only a person can add to it. Add this to '{key}':{shown}")
    return changed


def with_key(lines: list[str], document: Document, key: str, ending: str) -> tuple[list[str], int]:
    """Return the lines with ``key:`` on a line without a value, and the number of lines up to and with it."""
    if not document.data or key not in document.data:
        return [*lines, f"{key}:{ending}"], len(lines) + 1
    at = document.locate((key,)).line - 1
    _, mark, comment = lines[at].partition("#")
    line = f"{key}: #{comment}" if mark else f"{key}:{ending}"
    return [*lines[:at], line, *lines[at + 1 :]], at + 1


def end_of(lines: list[str], document: Document, key: str) -> int:
    """Return the number of lines up to the last line of the mapping at ``key``.

    Blank lines and comments below that line belong to the next key, so they are not counted.
    """
    starts = [document.locate((other,)).line - 1 for other in document.data]
    start = document.locate((key,)).line - 1
    end = min((line for line in starts if line > start), default=len(lines))
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return end


def is_read_as(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return bool(read_text(text, "").data == wanted)
    except LoadError:
        return False


def entry_lines(name: str, entry: Mapping[str, Any], indent: str) -> list[str]:
    return [f"{indent}{yaml_line(name)}:", *(f"{indent}  {key}: {yaml_line(value)}" for key, value in entry.items())]


def plain(text: str) -> Any:
    """Return an argument of the command line as a file without quotes would be read: ``5`` → 5, ``20M`` → ``20M``."""
    try:
        return read_plain(text)
    except ValueError:
        return text
