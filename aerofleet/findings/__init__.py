"""Owns what the project reports: findings, the rules that they come from, effects, the severity scale, exit codes.

Imports `aerofleet.units` only. The catalogue names the modules of all rules and loads them by scope.
"""

from __future__ import annotations

from aerofleet.findings.effect import EFFECTS, Effect, Reason, worst
from aerofleet.findings.finding import SEVERITIES, Finding, Location, Severity, Subject
from aerofleet.findings.rule import Check, LocatedProblem, Problem, Rule, declared, findings_of, rule, rules_in

__all__ = [
    "EFFECTS",
    "SEVERITIES",
    "Check",
    "Effect",
    "Finding",
    "LocatedProblem",
    "Location",
    "Problem",
    "Reason",
    "Rule",
    "Severity",
    "Subject",
    "declared",
    "findings_of",
    "rule",
    "rules_in",
    "worst",
]
