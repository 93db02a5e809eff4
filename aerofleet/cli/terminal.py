"""What standard output is: a terminal with a width and perhaps colours, or a pipe."""

from __future__ import annotations

import os
import shutil
import sys

from aerofleet.findings.terminal import NO_TERMINAL, Terminal


def standard_output() -> Terminal:
    """Return the terminal of standard output; no colours where its reader wants none (https://no-color.org)."""
    if not sys.stdout.isatty():
        return NO_TERMINAL
    has_colours = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Terminal(shutil.get_terminal_size().columns, has_colours)
