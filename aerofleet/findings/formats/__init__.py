"""Owns the output formats of findings: one module for each, and the dict that lists them.

A new format is a module with one function ``(findings, terminal) -> text``, and a line in ``FORMATS``. Where a format
knows only passed and failed, errors and severe findings are failed, as for `aerofleet.findings.exit_code`. Texts from
files go through `shown` or `sentence`, which write control characters out. Must not import anything but
`aerofleet.findings` and the standard library.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aerofleet.findings.finding import Finding
from aerofleet.findings.formats.github import as_github
from aerofleet.findings.formats.json import as_json
from aerofleet.findings.formats.markdown import as_markdown
from aerofleet.findings.formats.sarif import as_sarif
from aerofleet.findings.formats.text import as_text
from aerofleet.findings.terminal import Terminal

Format = Callable[[Sequence[Finding], Terminal], str]
FORMATS: dict[str, Format] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
    "sarif": as_sarif,
    "markdown": as_markdown,
}
"""Value of ``--format`` → the function that returns the text. All but ``text`` leave the terminal aside."""
