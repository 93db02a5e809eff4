"""Findings as lines for a person: ``file:line:column  subject  path  message  [rule]``, the remedy below."""

from __future__ import annotations

from collections.abc import Sequence

from aerofleet.findings.finding import Finding
from aerofleet.findings.terminal import NO_TERMINAL, Terminal, shown

COLOURS = {"error": "red", "severe": "magenta", "warning": "yellow", "info": "cyan"}
"""Severity → the colour of a finding's location."""


def as_text(findings: Sequence[Finding], terminal: Terminal = NO_TERMINAL) -> str:
    """Return one or two lines for each finding."""
    return "".join(_lines(finding, terminal) for finding in findings)


def sentence(finding: Finding) -> str:
    """Return subject, path, message and remedy in one line."""
    statement = ": ".join(filter(None, (str(finding.subject or ""), finding.path, finding.message)))
    return ". ".join(shown(text) for text in (statement, finding.remedy) if text)


def _lines(finding: Finding, terminal: Terminal) -> str:
    severity = "" if finding.severity == "error" else f"{finding.severity}: "
    location, rule = shown(str(finding.location)) if finding.location else "", f"[{finding.rule}]"
    parts = (location, shown(str(finding.subject or "")), shown(finding.path), severity + shown(finding.message))
    text = terminal.wrapped("  ".join((*filter(None, parts), rule))) + "\n"
    if location and text.startswith(location):  # a long name of a file may be broken
        text = terminal.coloured(location, COLOURS[finding.severity]) + text.removeprefix(location)
    before, found, after = text.rpartition(rule)
    remedy = f"{terminal.wrapped(f'    {shown(finding.remedy)}')}\n" if finding.remedy else ""
    return (f"{before}{terminal.coloured(rule, 'faint')}{after}" if found else text) + remedy
