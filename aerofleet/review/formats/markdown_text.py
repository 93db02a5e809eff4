"""Texts of other people in Markdown: no character of them is markup, a link, a mention, or invisible.

A word of plain letters stays as it is. Everything else becomes a code span, in which GitHub and GitLab look for
neither mentions nor references, links, emoji or formulas.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 160
"""Characters of a value; the middle of a longer one is left out."""
LONGEST_SENTENCE = 600
"""Characters of a message."""
SPAN = re.compile(r"(?:^|(?<=\s)|(?<=\s\()|(?<=^\())(`[^`]+`|'[^'`\n]+'|\{[^`{}]+\})(?=[).,;:!?]*(?:\s|$))")
"""A part of a message that is code: what its author marks or quotes, and a mapping in YAML. Nothing but punctuation
touches it: two code spans that touch would be read as one."""
MARKS = "`'"
WORD = re.compile(r"(?P<before>\(*)(?P<word>.*?)(?P<after>[).,;:!?]*)", re.DOTALL)
PLAIN_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*(?:(?<=s)['’])?|\d{1,6}(?:[.,]\d{1,6})*%?|[%→×…–—]")
COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
"""What GitHub may link to a commit."""
LIST_NUMBER = re.compile(r"(\d+)([.)].*)")
"""At the beginning of a line it would be an entry of a list."""
RIGHT_TO_LEFT = ("R", "AL", "AN")
"""Classes of characters that change the order of those beside them (Unicode Standard Annex 9)."""
BLANK = frozenset("\u00a0\u115f\u1160\u2800\u3164\uffa0")
"""Characters that Unicode counts as printable, and that show nothing."""


class Markdown(str):
    """Markdown that is complete: no character of it is escaped any more."""

    __slots__ = ()


def plain(value: object) -> Markdown:
    """Return a text or a number as Markdown without any markup of its own: words, and code spans for the rest.

    Raises TypeError for another value: a template has to say how it is written.
    """
    if isinstance(value, Markdown):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"a {type(value).__name__} is no text")
    text = shortened(str(value), LONGEST_SENTENCE)
    pieces = SPAN.split(text)  # text, code, text, code, …
    return Markdown(
        "".join(code(piece.strip(MARKS)) if index % 2 else _words(piece) for index, piece in enumerate(pieces)).strip()
    )


def code(value: object) -> Markdown:
    """Return a value as a code span. A pipe in it is outside of the span, so that no table is broken."""
    text = shortened(str(value), LONGEST)
    return Markdown("&#124;".join(_span(part) for part in text.split("|")) if text else '""')


def codes(values: Iterable[object]) -> Markdown:
    """Return values as code spans with commas between them."""
    return Markdown(", ".join(map(code, values)))


def shortened(text: str, longest: int) -> str:
    """Return ``text`` with visible characters only, and without its middle if it is too long."""
    if len(text) > longest:
        text = f"{text[: longest * 2 // 3]} … {text[-longest // 3 :]}"
    text = "".join(letter if is_shown(letter) else _written_out(letter) for letter in text)
    return text if len(text) <= longest + 3 else f"{text[: longest * 2 // 3]} … {text[-longest // 3 :]}"


def is_shown(letter: str) -> bool:
    """Return whether a reader sees the character, and sees it where it is."""
    if letter.isascii():
        return letter.isprintable()
    return (
        letter.isprintable()
        and letter not in BLANK
        and unicodedata.bidirectional(letter) not in RIGHT_TO_LEFT
        and not unicodedata.category(letter).startswith("M")
    )


def _written_out(letter: str) -> str:
    return f"\\x{ord(letter):02x}" if letter.isascii() and letter not in "\t\n\r" else _escape(letter)


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode()


def _span(text: str) -> str:
    """Return a code span whose fence is longer than every run of backticks in the text."""
    if not text:
        return ""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _words(text: str) -> str:
    """Return the words of a text, those that are not plain as code spans."""
    start, end = (" " if text[at : at + 1].isspace() else "" for at in (0, len(text) - 1))
    return f"{start}{' '.join(map(_word, text.split()))}{end if text.strip() else ''}"


def _word(text: str) -> str:
    parts = WORD.fullmatch(text)
    assert parts  # noqa: S101 - every text matches
    before, word, after = parts.groups()
    if not word:
        return text
    # A bracket that is opened in the word is closed in it: `vector(35.0)`.
    closing = word.count("(") - word.count(")")
    if closing > 0 and after.startswith(")" * closing):
        word, after = word + ")" * closing, after[closing:]
    is_plain = PLAIN_WORD.fullmatch(word) and not COMMIT.fullmatch(word)
    if not is_plain:
        return f"{before}{code(word)}{after}"
    return LIST_NUMBER.sub(r"\1\\\2", f"{before}{word}{after}") if word.isdigit() else f"{before}{word}{after}"
