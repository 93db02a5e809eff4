"""Hazards of a changed cluster that a policy reports, too: a reader sees one of the two."""

from __future__ import annotations

from collections.abc import Iterable

from aerofleet.findings import SEVERITIES, Finding, Subject
from aerofleet.policy.catalogue import RULES

RAISED: dict[str, frozenset[str]] = {
    policy.id: frozenset(rule.id for rule in policy.raises) for policy in RULES if policy.raises
}
"""Id of a policy → ids of the hazards that it reports with its own severity."""


def without_restated(
    hazards: tuple[Finding, ...], subject: Subject, findings: Iterable[Finding]
) -> tuple[Finding, ...]:
    """Return the hazards of the cluster ``subject`` without those that a policy reports for the same field of it, at
    least as severely. ``findings``: those that the reader sees beside the hazards.
    """
    restated: dict[tuple[str, str], int] = {}
    for finding in findings:
        for rule in RAISED.get(finding.rule, ()) if finding.subject == subject else ():
            key = rule, finding.path
            restated[key] = min(SEVERITIES.index(finding.severity), restated.get(key, len(SEVERITIES)))
    return tuple(
        hazard
        for hazard in hazards
        if restated.get((hazard.rule, hazard.path), len(SEVERITIES)) > SEVERITIES.index(hazard.severity)
    )
