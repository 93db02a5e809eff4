"""The effect of a change of an AerospikeCluster, and every reason for it.

The reasons are the refusals of the webhooks, and those of the package `reasons` for pods, data, scale and storage. A
field or parameter that no rule knows has a reason, too: its effect is data at risk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aerofleet.ako.admission import Admission, answer_update
from aerofleet.ako.cluster import Cluster, cluster_of
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.config_file import is_same
from aerofleet.ako.estimate import is_estimate, marked
from aerofleet.ako.hazards import change_hazards
from aerofleet.ako.reasons.access import access_reasons
from aerofleet.ako.reasons.data import data_reasons
from aerofleet.ako.reasons.identity import identity_reasons
from aerofleet.ako.reasons.metadata import metadata_reasons
from aerofleet.ako.reasons.parameters import parameter_reasons
from aerofleet.ako.reasons.pods import restart_reasons
from aerofleet.ako.reasons.scale import ignored_pod_reasons, size_reasons, version_reasons
from aerofleet.ako.reasons.spec import field_reasons, remaining_reasons
from aerofleet.ako.reasons.storage import block_list_reasons, storage_reasons
from aerofleet.ako.reasons.unknown import choice_reasons, unknown_reasons
from aerofleet.ako.refused_starts import new_refusals
from aerofleet.ako.restart import RackRestart, Restarts, decide
from aerofleet.ako.status import Status, finished_status, running_cluster
from aerofleet.findings import Finding
from aerofleet.findings.effect import Effect, Reason, worst


@dataclass(slots=True)
class Change:
    """A change that was judged. ``hazards``: what the operator admits and a platform should not."""

    effect: Effect
    reasons: list[Reason]
    hazards: list[Finding]
    restarts: Restarts
    admission: Admission
    old: Cluster = field(repr=False)
    new: Cluster = field(repr=False)


def change_of(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    status: Status | None = None,
    operator: str = OPERATOR,
) -> Change:
    """Judge the change from ``old`` (rolled out completely, unless ``status`` differs from it) to ``new``."""
    before, after = cluster_of(dict(old), operator), cluster_of(dict(new), operator)
    return change_between(before, after, new, status or finished_status(before))


def change_between(before: Cluster, after: Cluster, new: Mapping[str, Any], status: Status) -> Change:
    """The same for clusters that were read already; the operator release is that of ``after``."""
    admission = answer_update(before, after, status)
    running = running_cluster(before, status, after.operator)
    # Paused, and no pass half-way: all pods run the spec that the status mirrors. What was written since and taken back
    # again has no effect.
    waits_paused = running is not None and before.spec.get("paused") is True and status.phase == "Completed"
    start = running if running is not None and waits_paused else before
    restarts = decide(start, after, status.pods)
    refused = list(_refusals(admission))
    if refused:
        after.refused_starts = []  # No server starts with what is not admitted.
    refused += new_refusals(start, after, restarts)
    changed = _changed_fields(start, after)
    reasons = list(dict.fromkeys([*refused, *_reasons(start, after, restarts, changed)]))
    if waits_paused:
        reasons = list(_with_pause_marked(before, after, reasons))
    elif running is not None:
        unfinished = decide(running, after, status.pods)
        reasons += _still_under_way(running, after, unfinished, reasons)
        restarts.blocked_hosts = sorted({*restarts.blocked_hosts, *unfinished.blocked_hosts})
    reasons += ignored_pod_reasons(start, after, status)
    reasons += remaining_reasons(start, after, changed, reasons)
    if is_estimate(after.operator):
        reasons = [replace(reason, message=marked(reason.message, after.operator)) for reason in reasons]
    hazards = change_hazards(start, after, restarts, status)
    return Change(worst(reasons), reasons, hazards, restarts, admission, before, after)


def _refusals(admission: Admission) -> Iterator[Reason]:
    for finding in admission.findings:
        if finding.severity == "error":
            yield Reason.refusal(finding)


def _changed_fields(old: Cluster, new: Cluster) -> list[str]:
    """Return the fields of the spec that differ, by name."""
    fields = sorted(old.spec.keys() | new.spec.keys())
    return [key for key in fields if not is_same(old.spec.get(key), new.spec.get(key))]


def _reasons(old: Cluster, new: Cluster, restarts: Restarts, changed: list[str]) -> Iterator[Reason]:
    yield from identity_reasons(old, new)
    yield from metadata_reasons(old, new)
    yield from unknown_reasons(old, new)
    yield from parameter_reasons(old, new, restarts)
    yield from choice_reasons(old, new)
    for restart in restarts.racks:
        if restart is restarts.racks[0] or not _is_like(restart, restarts.racks[0]):
            yield from restart_reasons(old, new, restart)
    yield from data_reasons(old, new)
    yield from size_reasons(old, new, restarts)
    yield from version_reasons(old, new)
    yield from storage_reasons(old, new)
    yield from block_list_reasons(old, new)
    yield from access_reasons(old, new)
    yield from field_reasons(old, new, changed)


def _is_like(restart: RackRestart, first: RackRestart) -> bool:
    """Return whether two racks have the same reasons: neither has settings of its own."""
    return restart.rack.is_shared and first.rack.is_shared and restart.causes == first.causes


def _still_under_way(running: Cluster, new: Cluster, restarts: Restarts, reasons: list[Reason]) -> Iterator[Reason]:
    """Yield the reasons of the change from ``running`` that are not in ``reasons``: the change before is not rolled
    out yet, so some pods are still as in ``running``.
    """
    known = {(reason.rule, reason.path) for reason in reasons}
    for reason in dict.fromkeys(_reasons(running, new, restarts, _changed_fields(running, new))):
        if (reason.rule, reason.path) not in known:
            yield replace(reason, message=f"{reason.message}; it is under way already")


def _with_pause_marked(old: Cluster, new: Cluster, reasons: list[Reason]) -> Iterator[Reason]:
    """Yield ``reasons``; the message of one that this change does not bring adds that `paused` delayed it."""
    of_change = _reasons(old, new, decide(old, new), _changed_fields(old, new))
    own = {(reason.rule, reason.path) for reason in of_change}
    for reason in reasons:
        is_own = reason.effect == Effect.REFUSED or (reason.rule, reason.path) in own
        yield reason if is_own else replace(reason, message=f"{reason.message}; paused delayed it until now")
