"""Lines for whoever reads them at a terminal."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap

HANGING = "    "
COLOURS = {"red": "31", "yellow": "33", "magenta": "35", "cyan": "36", "faint": "2"}
"""Name → SGR code (ECMA-48)."""


def has_colour() -> bool:
    """Is standard output a terminal whose reader wants colours? See https://no-color.org."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def coloured(text: str, colour: str) -> str:
    """Return ``text`` in a colour of ``COLOURS``."""
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m"


def wrapped(line: str) -> str:
    """``line`` at the terminal's width, broken between words, with what follows indented below it. Unchanged where
    standard output is no terminal: programs read line by line.
    """
    if not sys.stdout.isatty():
        return line
    return broken(line, shutil.get_terminal_size().columns)


def broken(line: str, width: int) -> str:
    """``line`` broken between words at ``width`` characters; a word that is longer stays whole."""
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.strip(),
        max(width, 40),
        initial_indent=indent,
        subsequent_indent=indent + HANGING,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
