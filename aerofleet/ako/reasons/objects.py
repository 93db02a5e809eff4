"""What a change of the objects beside an AerospikeCluster does to it: those that the platform makes for it, and those
that its volumes live on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aerofleet.ako.config import section
from aerofleet.ako.config_change import is_same
from aerofleet.ako.effect import Effect, Reason
from aerofleet.ako.narrow import narrowed

Object = Mapping[str, Any]

LATER = "pods that are rebuilt later may not start"
CHANGED: dict[str, str] = {
    "ClusterRole": "what pods and people may do changes at once",
    "ClusterRoleBinding": "what pods and people may do changes at once",
    "ClusterSecretStore": "where secrets are fetched from",
    "ConfigMap": "files that are mounted change; servers read them with their next restart",
    "DaemonSet": "pods of the platform restart on every host, not those of the cluster",
    "ExternalSecret": "the Secret is fetched anew; the operator and the servers read it later",
    "LimitRange": f"counts for pods that are made from now on: {LATER}",
    "Namespace": "its labels and annotations reach no pod",
    "NetworkPolicy": "who may connect changes at once; what is refused now is cut off",
    "Node": "labels count when a pod is placed; pods that run stay",
    "PersistentVolume": "what is said of the volume changes, not what lies on it",
    "PersistentVolumeClaim": "what is said of the claim changes, not what lies on it",
    "PodDisruptionBudget": "how many pods a drain may take",
    "PodMonitor": "what is measured",
    "PrometheusRule": "what is alerted on",
    "ResourceQuota": f"counts for pods that are made from now on: {LATER}",
    "Role": "what pods and people may do changes at once",
    "RoleBinding": "what pods and people may do changes at once",
    "Secret": "files that are mounted change; the operator sets passwords with its next change of the cluster",
    "Service": "how clients find the cluster",
    "ServiceAccount": "who pods are and how they pull images counts for pods that are made from now on",
    "StorageClass": "counts for volumes that are made from now on",
}
"""Kinds that are known, and what their change does while servers run."""

GONE: dict[str, tuple[Effect, str]] = {
    "Namespace": (Effect.DATA_AT_RISK, "everything in it is deleted, clusters and claims too"),
    "PersistentVolume": (Effect.DATA_AT_RISK, "the volume goes, with what lies on it"),
    "PersistentVolumeClaim": (Effect.DATA_AT_RISK, "the claim goes, and what lies on its volume with it"),
    "NetworkPolicy": (Effect.LIVE, "whom it kept out may connect from now on, whom it let in may not"),
    "PodDisruptionBudget": (Effect.LIVE, "a drain may take all pods at once"),
    "Service": (Effect.LIVE, "clients that use it don't find the cluster any more"),
}
"""What it means that an object goes, where that is more than a pod that does not start later."""


def object_reasons(old: Object | None, new: Object | None) -> Iterator[Reason]:
    """Reasons for one object that comes (``old`` is None), goes (``new`` is None) or changes. A kind that no rule knows
    counts as data at risk.
    """
    thing = new if new is not None else old if old is not None else {}
    kind = str(thing.get("kind", ""))
    if old is not None and new is not None and is_same(old, new):
        return
    if kind not in CHANGED:
        message = f"unknown: no rule knows what a {kind or 'thing without a kind'} does"
        yield Reason(Effect.DATA_AT_RISK, "unknown-kind", "kind", message)
    elif old is None:
        yield Reason(Effect.LIVE, "object-comes", "metadata.name", f"is new; {CHANGED[kind]}")
    elif new is None:
        effect, why = GONE.get(kind, (Effect.LIVE, LATER))
        yield Reason(effect, "object-goes", "metadata.name", why)
    else:
        yield from _changed(kind, old, new)


def _changed(kind: str, old: Object, new: Object) -> Iterator[Reason]:
    yield from _reclaims(kind, old, new)
    yield from _throws_out(kind, old, new)
    if kind == "PersistentVolume":
        for key in sorted(set(section(old, "spec")) | set(section(new, "spec"))):
            if key in SOURCES and not is_same(section(old, "spec").get(key), section(new, "spec").get(key)):
                message = "another place on the host: what lies at the old one is no longer there"
                yield Reason(Effect.DATA_AT_RISK, "volume-moves", f"spec.{key}", message)
    for key in sorted(set(old) | set(new)):
        if not is_same(old.get(key), new.get(key)):
            yield Reason(Effect.LIVE, "object-changes", narrowed(key, old.get(key), new.get(key)), CHANGED[kind])


SOURCES = frozenset({"local", "hostPath", "nodeAffinity", "csi", "nfs"})
"""Where the data of a PersistentVolume is."""


RECLAIM_POLICY: dict[str, tuple[str, ...]] = {
    "PersistentVolume": ("spec", "persistentVolumeReclaimPolicy"),
    "StorageClass": ("reclaimPolicy",),
}
"""Where it says what becomes of a volume whose claim goes; Delete where it says nothing."""


def _reclaims(kind: str, old: Object, new: Object) -> Iterator[Reason]:
    where = {"StorageClass": ("reclaimPolicy",), "PersistentVolume": ("spec", "persistentVolumeReclaimPolicy")}.get(
        kind
    )
    if where is None:
        return
    was, now = (section(each, *where[:-1]).get(where[-1], "Delete") for each in (old, new))
    if now == "Delete" and was != "Delete":
        message = "a volume is deleted with its claim from now on, and what lies on it too"
        yield Reason(Effect.DATA_AT_RISK, "reclaims", ".".join(where), message)


def _throws_out(kind: str, old: Object, new: Object) -> Iterator[Reason]:
    if kind != "Node":
        return
    was, now = (section(each, "spec").get("taints") or [] for each in (old, new))
    for place, taint in enumerate(now):
        if isinstance(taint, dict) and taint.get("effect") == "NoExecute" and taint not in was:
            message = "pods that don't tolerate it are thrown out at once, and no PodDisruptionBudget holds it back"
            yield Reason(Effect.DATA_AT_RISK, "throws-out", f"spec.taints[{place}]", message)
