"""Findings as JSON: ``{"schema", "findings": [{rule, severity, subject, path, message, remedy, location}]}``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from aerofleet.findings.finding import Finding
from aerofleet.findings.terminal import NO_TERMINAL, Terminal

SCHEMA = "aerofleet.io/findings/v2"


def as_json(findings: Sequence[Finding], terminal: Terminal = NO_TERMINAL) -> str:
    """Return the document."""
    return json.dumps({"schema": SCHEMA, "findings": [json_of(finding) for finding in findings]}, indent=2) + "\n"


def json_of(finding: Finding) -> dict[str, Any]:
    """Return one finding. ``subject`` ({kind, name}) and ``location`` ({file, line, column}) may be null."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "subject": asdict(finding.subject) if finding.subject else None,
        "path": finding.path,
        "message": finding.message,
        "remedy": finding.remedy,
        "location": asdict(finding.location) if finding.location else None,
    }
