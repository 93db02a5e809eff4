"""Print the progress of a verb."""

from __future__ import annotations

import sys


def print_line(line: str) -> None:
    """Write a line to standard output at once: what runs next may take minutes, and writes there, too."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def print_warning(text: str) -> None:
    """Write a warning to standard error."""
    sys.stderr.write(f"{text}\n")
