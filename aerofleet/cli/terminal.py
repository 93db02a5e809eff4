"""Lines for whoever reads them at a terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap

HANGING = "    "


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
