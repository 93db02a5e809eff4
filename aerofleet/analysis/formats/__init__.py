"""Owns the output formats of a change: one module for each, and the dict that lists them.

A new format is a module with one function ``(analysis, terminal, show_all) -> text``, and a line in ``FORMATS``.
Must not import the command line.
"""

from __future__ import annotations

from collections.abc import Callable

from aerofleet.analysis.change import ChangeAnalysis
from aerofleet.analysis.formats.json import as_json
from aerofleet.analysis.formats.steps import as_steps
from aerofleet.analysis.formats.text import as_text
from aerofleet.analysis.formats.timeline import as_timeline
from aerofleet.findings.terminal import Terminal

Format = Callable[[ChangeAnalysis, Terminal, bool], str]
FORMATS: dict[str, Format] = {"text": as_text, "steps": as_steps, "json": as_json, "svg": as_timeline}
"""Value of ``--format`` → the function that returns the text. ``show_all``: clusters without an effect one by one."""
