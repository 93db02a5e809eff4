"""Lines for a person: broken at the width of the terminal, in colours, without control characters.

Nothing here asks the environment: the command line says what standard output is.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

HANGING = "    "
NARROWEST = 40
"""Characters; a narrower terminal gets lines of this width."""
LONGEST = 400
"""Characters of a message or remedy that a person still reads: a value from a file may be far longer."""
COLOURS = {"red": "31", "yellow": "33", "magenta": "35", "cyan": "36", "faint": "2"}
"""Name → SGR code (ECMA-48)."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the output is shown on. ``width`` in characters; None leaves lines whole, for programs that read them."""

    width: int | None = None
    has_colours: bool = False

    def wrapped(self, line: str) -> str:
        """Return ``line`` broken at the width, between words."""
        return line if self.width is None else broken(line, self.width)

    def coloured(self, text: str, colour: str) -> str:
        """Return ``text`` in a colour of ``COLOURS`` if the terminal has colours."""
        return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if self.has_colours else text


NO_TERMINAL = Terminal()


def broken(line: str, width: int) -> str:
    """Return ``line`` broken between words at ``width`` characters, the following lines indented below it. A longer
    word stays whole.
    """
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.strip(),
        max(width, NARROWEST),
        initial_indent=indent,
        subsequent_indent=indent + HANGING,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def shown(text: str) -> str:
    """Return ``text`` for a line; the middle of a text that is too long for any line is left out."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST * 2 // 3]} … {text[-LONGEST // 3 :]}"
    return visible(text)


def visible(text: str) -> str:
    """Return ``text`` with its control characters written out: a text from a file must not move a reader's cursor."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
