"""What a change of an AerospikeCluster comes to: its effect, and every reason for it.

The reasons are what the webhooks refuse, and what `reasons` says of pods, data, scale and storage. A field or
parameter that no rule knows is named, and counts as data at risk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aerofleet.ako.admission import Admission, answer_update
from aerofleet.ako.cluster import Cluster, cluster_of
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.config_change import judge
from aerofleet.ako.config_file import is_same
from aerofleet.ako.config_schema import new_choices
from aerofleet.ako.estimate import is_estimate, marked
from aerofleet.ako.hazards import change_hazards
from aerofleet.ako.narrow import becomes, narrow
from aerofleet.ako.pairs import config_path_of
from aerofleet.ako.reasons.access import access_reasons
from aerofleet.ako.reasons.data import data_reasons
from aerofleet.ako.reasons.pods import restart_reasons
from aerofleet.ako.reasons.scale import ignored_pod_reasons, size_reasons, version_reasons
from aerofleet.ako.reasons.storage import block_list_reasons, storage_reasons
from aerofleet.ako.reasons.unknown import NO_RULE, unknown_reasons
from aerofleet.ako.refused_starts import new_refusals
from aerofleet.ako.restart import RackRestart, Restarts, decide, judged_version
from aerofleet.ako.status import MIRRORED, Status, finished_status
from aerofleet.findings import Finding
from aerofleet.findings.effect import Effect, Reason, reason_of, refusal, worst
from aerofleet.units.object_identity import API_VERSION, api_version_message

ALWAYS_LIVE: dict[str, str] = {
    "disablePDB": "true takes the operator's PodDisruptionBudget away, anything else keeps it",
    "enableDynamicConfigUpdate": "true lets the operator set later changes live where it can, else servers restart",
    "headlessService": "labels and annotations of the headless Service",
    "ignoreSidecarFailure": "true lets a pod count as well while a sidecar of it fails",
    "maxUnavailable": "how many pods a drain of hosts may take at a time",
    "operatorClientCert": "the operator logs in with it from now on",
    "paused": "true keeps the operator from beginning another pass on the cluster; the one that runs is finished",
    "podService": "labels and annotations of the Services of pods",
    "seedsFinderServices": "the Service by which clients find the cluster",
    "validationPolicy": "what the webhook checks",
}
"""Fields of the spec whose change touches no pod, and what they do. `aerospikeAccessControl` is another one."""

JUDGED = frozenset(
    [
        "aerospikeAccessControl",
        "aerospikeConfig",
        "aerospikeNetworkPolicy",
        "enableRackIDOverride",
        "image",
        "k8sNodeBlockList",
        "operations",
        "podSpec",
        "rackConfig",
        "rosterNodeBlockList",
        "size",
        "storage",
    ]
)
"""Fields of the spec that are judged part by part below and in `restart`."""

LIVE_RACK_CONFIG: dict[str, str] = {
    "rollingUpdateBatchSize": "how many pods restart together from now on",
    "scaleDownBatchSize": "how many pods leave together from now on",
    "maxIgnorablePods": "how many failed pods are passed over",
}


WITH_NEW_PODS = "comes with the pods that are new"
UNTOLD: dict[str, str] = {
    "aerospikeConfig": WITH_NEW_PODS,
    "image": WITH_NEW_PODS,
    "operations": "asks for nothing that is not done already",
    "podSpec": WITH_NEW_PODS,
    "storage": WITH_NEW_PODS,
}
"""Fields of which something differs though nothing happens to a pod that stays."""


@dataclass(slots=True)
class Change:
    """``reasons`` in the order found; ``hazards`` are what the operator lets through but a platform should not."""

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
    """Judge the change from ``old`` (rolled out wholly, unless ``status`` says otherwise) to ``new``."""
    before, after = cluster_of(dict(old), operator), cluster_of(dict(new), operator)
    return change_between(before, after, new, status or finished_status(before))


def change_between(before: Cluster, after: Cluster, new: Mapping[str, Any], status: Status) -> Change:
    """The same for clusters that were read already; the operator release is that of ``after``."""
    admission = answer_update(before, after, status)
    running = _running(before, status, after.operator)
    # Paused and no pass half-way: the pods run what the status mirrors, all of them. What was written since and taken
    # back again costs nothing.
    is_held = running is not None and before.spec.get("paused") is True and status.phase == "Completed"
    start = running if running is not None and is_held else before
    restarts = decide(start, after, status.pods)
    refused = list(_refusals(admission))
    if refused:
        after.refused_starts = []  # No server starts with what is not admitted.
    refused += new_refusals(start, after, restarts)
    changed = _changed_fields(start, after)
    reasons = list(dict.fromkeys([*refused, *_reasons(start, after, restarts, changed)]))
    if is_held:
        reasons = list(_named_as_held(before, after, reasons))
    elif running is not None:
        unfinished = decide(running, after, status.pods)
        reasons += _still_under_way(running, after, unfinished, reasons)
        restarts.blocked_hosts = sorted({*restarts.blocked_hosts, *unfinished.blocked_hosts})
    reasons += ignored_pod_reasons(start, after, status)
    reasons += _untold(start, after, changed, reasons)
    if is_estimate(after.operator):
        reasons = [replace(reason, message=marked(reason.message, after.operator)) for reason in reasons]
    hazards = change_hazards(start, after, restarts, status)
    return Change(worst(reasons), reasons, hazards, restarts, admission, before, after)


def _refusals(admission: Admission) -> Iterator[Reason]:
    for finding in admission.findings:
        if finding.severity == "error":
            yield refusal(finding)


def _changed_fields(old: Cluster, new: Cluster) -> list[str]:
    """Return the fields of the spec that differ, by name."""
    fields = sorted(old.spec.keys() | new.spec.keys())
    return [key for key in fields if not is_same(old.spec.get(key), new.spec.get(key))]


def _reasons(old: Cluster, new: Cluster, restarts: Restarts, changed: list[str]) -> Iterator[Reason]:
    yield from _identity(old, new)
    yield from unknown_reasons(old, new)
    yield from _parameter_reasons(old, new, restarts)
    for path, message in sorted({*new_choices(new)} - {*new_choices(old)}):
        yield reason_of(Effect.DATA_AT_RISK, "unknown-value", path, f"unknown: {message} at any version with data")
    for restart in restarts.racks:
        if restart is restarts.racks[0] or not _is_like(restart, restarts.racks[0]):
            yield from restart_reasons(old, new, restart)
    yield from data_reasons(old, new)
    yield from size_reasons(old, new, restarts)
    yield from version_reasons(old, new)
    yield from storage_reasons(old, new)
    yield from block_list_reasons(old, new)
    yield from access_reasons(old, new)
    yield from _live_reasons(old, new, changed)


def _is_like(restart: RackRestart, first: RackRestart) -> bool:
    """Racks without anything of their own tell the same story; it is told once."""
    return restart.rack.is_shared and first.rack.is_shared and restart.causes == first.causes


def _running(old: Cluster, status: Status, operator: str) -> Cluster | None:
    """Return the cluster that ``status`` mirrors; None where that is ``old`` itself, or nothing was ever rolled out."""
    rest = {key: value for key, value in old.spec.items() if key not in MIRRORED}
    spec = {**rest, **status.spec}
    is_old = spec.keys() == old.spec.keys() and all(is_same(value, old.spec[key]) for key, value in spec.items())
    if is_old or not status.is_complete:
        return None
    names = {"name": old.name, "namespace": old.namespace}
    running = cluster_of({"metadata": names, "spec": spec}, operator)
    # What the API server dropped from the old file is no part of the status; it is nothing new either.
    running.reading = old.reading
    return running


def _still_under_way(running: Cluster, new: Cluster, restarts: Restarts, reasons: list[Reason]) -> Iterator[Reason]:
    """Yield the reasons of the change from ``running`` that are not in ``reasons``: the change before is not rolled
    out yet, so some pods are still as in ``running``.
    """
    known = {(reason.rule, reason.path) for reason in reasons}
    for reason in dict.fromkeys(_reasons(running, new, restarts, _changed_fields(running, new))):
        if (reason.rule, reason.path) not in known:
            yield replace(reason, message=f"{reason.message}; it is under way already")


def _named_as_held(old: Cluster, new: Cluster, reasons: list[Reason]) -> Iterator[Reason]:
    """Say of each reason that this change does not bring that it was held back before."""
    found = _reasons(old, new, decide(old, new), _changed_fields(old, new))
    own = {(reason.rule, reason.path) for reason in found}
    for reason in reasons:
        is_own = reason.effect == Effect.REFUSED or (reason.rule, reason.path) in own
        yield reason if is_own else replace(reason, message=f"{reason.message}; it was held back by paused")


def _identity(old: Cluster, new: Cluster) -> Iterator[Reason]:
    if (old.name, old.namespace) != (new.name, new.namespace):
        message = f"{old.namespace}/{old.name} becomes {new.namespace}/{new.name}: another cluster is made"
        yield reason_of(Effect.DATA_AT_RISK, "identity", "metadata.name", message)
    elif old.api_version and new.api_version and old.api_version != new.api_version:
        message = api_version_message(old.api_version, new.api_version)
        yield reason_of(Effect.DATA_AT_RISK, "api-version", "apiVersion", message)
    yield from version_refusals(new)


def version_refusals(cluster: Cluster) -> Iterator[Reason]:
    """An apiVersion that the operator does not serve. One that is not written is taken for the right one."""
    if cluster.api_version not in ("", API_VERSION):
        message = f"{cluster.api_version} is not served by the operator, so the API server refuses it; {API_VERSION} is"
        yield reason_of(Effect.REFUSED, "api-version", "apiVersion", message)


def _parameter_reasons(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Reason]:
    """Parameters that no rule knows; and all that differ where no rack stays, since no pod there restarts for them."""
    changes = [(restart.before, restart.rack, restart.config) for restart in restarts.racks]
    stay = {rack.identity for _, rack, _ in changes}
    for rack in new.distinct_racks:
        if rack.identity not in stay and old.racks:
            before, target = old.racks[0], judged_version(new, old)
            change = judge(judged_version(old, new), before.config, rack.config, target=target)
            changes.append((before, rack, change))
    for before, rack, change in changes:
        for difference in change.differences:
            path = config_path_of(new, before, rack, difference.key)
            if not difference.is_known:
                message = "unknown: no rule knows this parameter"
                yield reason_of(Effect.DATA_AT_RISK, "unknown-parameter", path, message)
            elif not stay and difference.names[-1] != "rack-id":
                yield reason_of(Effect.LIVE, "new-pods", path, f"{difference.words}, {WITH_NEW_PODS}")


def _untold(old: Cluster, new: Cluster, changed: list[str], told: list[Reason]) -> Iterator[Reason]:
    """Fields that differ and that no rule above has a word for: never read that as "no effect"."""
    paths = [reason.path for reason in told]
    has_staying_racks = bool({rack.identity for rack in old.racks} & {rack.identity for rack in new.racks})
    for key in changed:
        before, after, path = old.spec.get(key), new.spec.get(key), f"spec.{key}"
        if not any(each == path or each.startswith((f"{path}.", f"{path}[")) for each in paths):
            words = UNTOLD.get(key, "touches no pod and no data")
            if words == WITH_NEW_PODS and has_staying_racks:
                words = "changes nothing in the pods that stay"
            place = narrow(path, before, after)
            yield reason_of(Effect.LIVE, "spec", place.path, f"{becomes(place.before, place.after)}: {words}")


def _live_reasons(old: Cluster, new: Cluster, changed: list[str]) -> Iterator[Reason]:
    for key in changed:
        if key in ALWAYS_LIVE:
            place = narrow(f"spec.{key}", old.spec.get(key), new.spec.get(key))
            message = f"{becomes(place.before, place.after)}: {ALWAYS_LIVE[key]}"
            yield reason_of(Effect.LIVE, "spec", place.path, message)
        elif key not in JUDGED:
            yield reason_of(Effect.DATA_AT_RISK, "unknown-field", f"spec.{key}", NO_RULE)
    for key, words in LIVE_RACK_CONFIG.items():
        before, after = old.rack_config.get(key), new.rack_config.get(key)
        if before != after:
            yield reason_of(Effect.LIVE, "spec", f"spec.rackConfig.{key}", f"{becomes(before, after)}: {words}")
