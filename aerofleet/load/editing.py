"""Change single words of a YAML text in place: every other character stays as a person wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from aerofleet.findings import Location
from aerofleet.findings.stop import MistakeError
from aerofleet.load.syntax import LINE_END

PROPERTIES = r"(?:[&!][^\s,\[\]{}]*[ \t]+)*"
"""The anchor and the tag before a value."""


class EditError(MistakeError):
    """The text is written so that only a person can change it; the message has the place and what to write."""


@dataclass(frozen=True, slots=True)
class Word:
    """A plain or quoted scalar to replace, at its location in a document of the text."""

    location: Location
    old: str
    new: str


def with_words(text: str, words: Iterable[Word]) -> str:
    """Return ``text`` with every word replaced, in the quotes that it has. Raises EditError."""
    starts = line_starts(text)
    spans = {span(text, starts, word): word.new for word in words}
    for begin, end in sorted(spans, reverse=True):
        text = text[:begin] + spans[begin, end] + text[end:]
    return text


def span(text: str, starts: list[int], word: Word) -> tuple[int, int]:
    """Return the offsets of the first character of a word in ``text`` and of that after its last."""
    old = re.escape(word.old)
    pattern = re.compile(rf"{PROPERTIES}(?:(?P<q>[\"'])(?P<quoted>{old})(?P=q)|(?P<plain>{old})(?=[\s:,\]}}]|$))")
    match = pattern.match(text, offset(starts, word.location))
    if match is None:
        raise EditError(f"{word.location}: only a person can write '{word.new}' for '{word.old}' here")
    return match.span("quoted" if match["quoted"] else "plain")


def with_first_key(text: str, root: Location, first: Location, entry: str) -> str:
    """Return ``text`` with ``entry`` (``key: value``) before the first key of its mapping, at ``first``.

    ``root``: the location of the mapping itself. Raises EditError.
    """
    starts = line_starts(text)
    begin, at = offset(starts, root), offset(starts, first)
    indent = text[starts[first.line - 1] : at]
    found = LINE_END.search(text)
    ending = found[0] if found else "\n"
    if text[begin : begin + 1] == "{":
        key, _, value = entry.partition(": ")
        entry = f'"{key}": {value}' if text[at : at + 1] == '"' else entry
        separator = f",{ending}{indent}" if first.line > root.line and not indent.strip() else ", "
        return f"{text[:at]}{entry}{separator}{text[at:]}"
    if indent.strip(" \ufeff"):
        raise EditError(f"{first}: only a person can write `{entry}` before this key")
    return f"{text[:at]}{entry}{ending}{indent}{text[at:]}"


def line_starts(text: str) -> list[int]:
    """Return the offset of the first character of every line, as YAML counts lines."""
    return [0, *(match.end() for match in LINE_END.finditer(text))]


def offset(starts: list[int], location: Location) -> int:
    return starts[location.line - 1] + location.column - 1
