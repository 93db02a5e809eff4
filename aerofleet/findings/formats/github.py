"""Findings as GitHub's workflow commands: annotations at the lines of a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aerofleet.findings.finding import Finding
from aerofleet.findings.formats.text import sentence
from aerofleet.findings.terminal import NO_TERMINAL, Terminal

COMMANDS = {"error": "error", "severe": "error", "warning": "warning", "info": "notice"}
"""Severity → command. GitHub has three: a severe finding fails the run like an error, so its title names it."""


def as_github(findings: Sequence[Finding], terminal: Terminal = NO_TERMINAL) -> str:
    """Return one command for each finding."""
    return "".join(_command(finding) for finding in findings)


def _command(finding: Finding) -> str:
    place: dict[str, Any] = {}
    if finding.location:
        place = {"file": finding.location.file, "line": finding.location.line, "col": finding.location.column}
    title = f"severe: {finding.rule}" if finding.severity == "severe" else finding.rule
    return command(COMMANDS[finding.severity], {**place, "title": title}, sentence(finding))


def command(level: str, properties: Mapping[str, Any], message: str) -> str:
    """Return a line with a command of ``COMMANDS``; nothing in its texts ends it, or is another command."""
    written = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in properties.items())
    return f"::{level} {written}::{_escaped(message)}\n"


def _escaped(text: str, also: str = "") -> str:
    for letter in f"%\r\n{also}":
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text
