"""What another release of the operator does with a cluster that stays as it is.

Both releases read the same resource: what one refuses and the other does not, and what the new one makes of a cluster
that the old one rolled out. A release that is not known is data at risk.
"""

from __future__ import annotations

from typing import Any

from aerofleet.ako.admission import answer_create
from aerofleet.ako.change import change_between
from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.estimate import is_estimate
from aerofleet.ako.status import finished_status
from aerofleet.findings import Effect, Finding, Reason, declared, rules_in

OPERATOR_UNKNOWN = declared(
    "operator-upgrade-unknown",
    "Nobody knows what a release of the operator does with a cluster that another one has rolled out.",
    scope="change",
    severity="severe",
    source="Platform rule: docs/how-to/upgrade-the-operator.md",
)
RULES = rules_in(globals())


def operator_reasons(resource: dict[str, Any], old: str, new: str) -> tuple[Reason, ...]:
    """Return what another release of the operator does with a cluster that stays as it is."""
    unknown = [release for release in (old, new) if is_estimate(release)]
    if unknown:
        message = f"operator {unknown[0]} is not known: its admission, defaults and restarts may be others"
        return (OPERATOR_UNKNOWN.reason(Effect.DATA_AT_RISK, "operator.version", message),)
    before, after = cluster_of(resource, old), cluster_of(resource, new)
    refused = new_refusals(resource, old, new)
    of_change = change_between(before, after, resource, finished_status(before)).reasons
    reasons = (*map(Reason.refusal, refused), *(one for one in of_change if one.effect != Effect.REFUSED))
    return tuple(dict.fromkeys(reasons))


def new_refusals(resource: dict[str, Any], old: str, new: str) -> list[Finding]:
    """Return what the release ``new`` refuses in a cluster and the release ``old`` does not."""
    known = {(finding.rule, finding.path) for finding in _refusals(resource, old)}
    return [finding for finding in _refusals(resource, new) if (finding.rule, finding.path) not in known]


def _refusals(resource: dict[str, Any], operator: str) -> list[Finding]:
    written = {**resource, "spec": {key: value for key, value in resource["spec"].items() if key != "operations"}}
    return [one for one in answer_create(cluster_of(written, operator)).findings if one.severity == "error"]
