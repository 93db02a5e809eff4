"""Findings as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from aerofleet.findings.catalogue import rule_of
from aerofleet.findings.finding import Finding, Location
from aerofleet.findings.formats.text import sentence
from aerofleet.findings.terminal import NO_TERMINAL, Terminal

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "severe": "error", "warning": "warning", "info": "note"}
"""Severity → level. SARIF has three: the severity itself is among the properties."""


def as_sarif(findings: Sequence[Finding], terminal: Terminal = NO_TERMINAL) -> str:
    """Return the log of one run; its rules are those of the findings, with the catalogue's texts."""
    rules = [_rule(name) for name in sorted({finding.rule for finding in findings})]
    run = {
        "tool": {"driver": {"name": "aerofleet", "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding) for finding in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(name: str) -> dict[str, Any]:
    rule = rule_of(name)
    described = {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"severity": rule.severity, "scope": rule.scope},
    }
    return {**described, "help": {"text": rule.remedy}} if rule.remedy else described


def _result(finding: Finding) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": LEVELS[finding.severity],
        "message": {"text": sentence(finding)},
        "properties": {"severity": finding.severity},
    }
    if finding.location:
        result["locations"] = [{"physicalLocation": _place(finding.location)}]
    return result


def _place(location: Location) -> dict[str, Any]:
    region = {"startLine": location.line, "startColumn": location.column}
    return {"artifactLocation": {"uri": quote(location.file)}, "region": region}
