"""Findings as a Markdown table, for a comment on a change."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aerofleet.findings.finding import Finding
from aerofleet.findings.terminal import NO_TERMINAL, Terminal, shown

HEAD = "| severity | where | finding | remedy | rule |\n|---|---|---|---|---|\n"
NONE = "No findings.\n"
MARKUP = re.compile(r"([\\`*_{}\[\]<>|#~$])")
WORD_JOINER = "\u2060"
"""Invisible. After an @ it keeps the name that follows from being a mention, which would notify a person."""


def as_markdown(findings: Sequence[Finding], terminal: Terminal = NO_TERMINAL) -> str:
    """Return the table, with a row for each finding."""
    return HEAD + "".join(map(_row, findings)) if findings else NONE


def _row(finding: Finding) -> str:
    where = " ".join(filter(None, (str(finding.location or ""), str(finding.subject or ""), finding.path)))
    cells = (finding.severity, _escaped(where), _escaped(finding.message), _escaped(finding.remedy))
    return f"| {' | '.join(cells)} | `{finding.rule}` |\n"


def _escaped(text: str) -> str:
    """Return ``text`` without any markup of its own: values of files are in it."""
    return MARKUP.sub(r"\\\1", shown(text)).replace("@", f"@{WORD_JOINER}")
