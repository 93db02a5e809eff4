"""Reasons for fields of the spec that touch no pod, and for those that no rule knows."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.narrow import becomes, narrow
from aerofleet.ako.operator_files import CONTROLLER, RESTARTS
from aerofleet.ako.reasons.parameters import WITH_NEW_PODS
from aerofleet.ako.reasons.unknown import NO_RULE, UNKNOWN_EFFECT
from aerofleet.findings import Effect, Reason, declared

LIVE_FIELD = declared(
    "live-field",
    "The operator applies a field of the spec without a restart.",
    scope="change",
    severity="info",
    source=f"{CONTROLLER}/rack.go: reconcileRacks; {CONTROLLER}/pod.go: getRollingRestartTypePod",
)
NO_POD_CHANGES = declared(
    "no-pod-changes",
    "A field of the spec differs, and no pod that stays changes by it.",
    scope="change",
    severity="info",
    source=f"{CONTROLLER}/pod.go: getRollingRestartTypePod; {RESTARTS}",
)

LIVE_FIELDS: dict[str, str] = {
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
"""Field of the spec that touches no pod → what it does. `aerospikeAccessControl` has reasons of its own."""

JUDGED_FIELDS = frozenset(
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
"""Fields of the spec that other modules of this package and `aerofleet.ako.restart` judge part by part."""

LIVE_RACK_FIELDS: dict[str, str] = {
    "rollingUpdateBatchSize": "how many pods restart together from now on",
    "scaleDownBatchSize": "how many pods leave together from now on",
    "maxIgnorablePods": "how many failed pods are passed over",
}
"""Field of rackConfig that touches no pod → what it does."""

WITHOUT_REASON: dict[str, str] = {
    "aerospikeConfig": WITH_NEW_PODS,
    "image": WITH_NEW_PODS,
    "operations": "asks for nothing that is not done already",
    "podSpec": WITH_NEW_PODS,
    "storage": WITH_NEW_PODS,
}
"""Judged field of the spec → why it may differ and no pod that stays changes."""


def field_reasons(old: Cluster, new: Cluster, changed: list[str]) -> Iterator[Reason]:
    """Yield a reason for every field in ``changed`` that touches no pod or that no rule knows."""
    for key in changed:
        if key in LIVE_FIELDS:
            place = narrow(f"spec.{key}", old.spec.get(key), new.spec.get(key))
            message = f"{becomes(place.before, place.after)}: {LIVE_FIELDS[key]}"
            yield LIVE_FIELD.reason(Effect.LIVE, place.path, message)
        elif key not in JUDGED_FIELDS:
            yield UNKNOWN_EFFECT.reason(Effect.DATA_AT_RISK, f"spec.{key}", NO_RULE)
    for key, consequence in LIVE_RACK_FIELDS.items():
        before, after = old.rack_config.get(key), new.rack_config.get(key)
        if before != after:
            message = f"{becomes(before, after)}: {consequence}"
            yield LIVE_FIELD.reason(Effect.LIVE, f"spec.rackConfig.{key}", message)


def remaining_reasons(old: Cluster, new: Cluster, changed: list[str], reasons: list[Reason]) -> Iterator[Reason]:
    """Yield a reason for every field in ``changed`` that none of ``reasons`` is about.

    A change without a reason would read as "no effect".
    """
    paths = [reason.path for reason in reasons]
    has_staying_racks = bool({rack.identity for rack in old.racks} & {rack.identity for rack in new.racks})
    for key in changed:
        field = f"spec.{key}"
        if not any(path == field or path.startswith((f"{field}.", f"{field}[")) for path in paths):
            consequence = WITHOUT_REASON.get(key, "touches no pod and no data")
            if consequence == WITH_NEW_PODS and has_staying_racks:
                consequence = "changes nothing in the pods that stay"
            place = narrow(field, old.spec.get(key), new.spec.get(key))
            message = f"{becomes(place.before, place.after)}: {consequence}"
            yield NO_POD_CHANGES.reason(Effect.LIVE, place.path, message)


RULES = (LIVE_FIELD, NO_POD_CHANGES)
