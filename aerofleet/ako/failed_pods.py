"""The pods of a cluster that have failed, as the operator sees them.

The AerospikeCluster does not have this: its status names the pods, not their health, and its phase stays Completed
while a pod crashes, because the operator does not watch pods. Only the Pod objects have it. Source: AKO 4.5.0,
pkg/utils/pod.go (without the grace period of 60 seconds: a file is older than that).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aerofleet.ako.batches import percent_of
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import entries, section
from aerofleet.ako.status import rack_sizes

Object = Mapping[str, Any]

UNSCHEDULABLE = frozenset({"Unschedulable", "SchedulerError"})
IMAGE_FAILED = frozenset({"ErrImagePull", "ImageInspectError", "ImagePullBackOff", "RegistryUnavailable"})
CLUSTER_LABEL = "aerospike.com/cr"


def failed_pods(objects: Iterable[Object], cluster: str, namespace: str) -> frozenset[str]:
    """Return the names of the pods of ``cluster`` among ``objects`` that have failed."""
    return frozenset(
        str(section(pod, "metadata").get("name"))
        for pod in objects
        if is_pod_of(pod, cluster, namespace) and failure_of(pod)
    )


def is_pod_of(thing: Object, cluster: str, namespace: str) -> bool:
    """Return whether ``thing`` is a Pod that the operator has made for this cluster."""
    metadata = section(thing, "metadata")
    labels = section(metadata, "labels")
    own = thing.get("kind") == "Pod" and labels.get(CLUSTER_LABEL) == cluster
    return own and metadata.get("namespace", "default") == (namespace or "default")


def failure_of(pod: Object) -> str:
    """Return why the operator takes the pod for failed, as Kubernetes names it (``CrashLoopBackOff``); empty where it
    does not. A pod that is being deleted has never failed.
    """
    status = section(pod, "status")
    if section(pod, "metadata").get("deletionTimestamp"):
        return ""
    if status.get("phase") == "Failed":
        return str(status.get("reason") or "Failed")
    if status.get("phase") == "Pending":
        for condition in entries(status, "conditions"):
            if condition.get("type") == "PodScheduled" and condition.get("reason") in UNSCHEDULABLE:
                return str(condition["reason"])
    containers = [*entries(status, "initContainerStatuses"), *entries(status, "containerStatuses")]
    reasons = (str(section(container, "state", "waiting").get("reason") or "") for container in containers)
    return next(filter(_is_failure, reasons), "")


def allowances(cluster: Cluster) -> dict[int, int]:
    """Return rack id → failed pods of that rack that the operator ignores; a percentage is rounded down.

    Source: AKO 4.5.0, getIgnorablePods. The pods of a rack that is forced out of the roster are all ignored.
    """
    wanted = cluster.rack_config.get("maxIgnorablePods")
    percent = percent_of(wanted)
    allowed = {}
    for rack, size in zip(cluster.racks, rack_sizes(cluster.size, len(cluster.racks)), strict=True):
        count = size * percent // 100 if percent is not None else wanted if type(wanted) is int else 0
        allowed[rack.id] = size if rack.is_blocked_from_roster else min(count, size)
    return allowed


def ignored_and_blocking(failed: frozenset[str], new: Cluster) -> tuple[list[str], list[str]]:
    """Return the failed pods that the operator ignores on the way to ``new``, and those that it stops at.

    The pods of a rack that leaves the spec are ignored, too.
    """
    if not failed:
        return [], []
    left = allowances(new)
    ignored, blocking = [], []
    for pod in sorted(failed):
        rack = rack_id(pod, new.name)
        if left.get(rack, 1) > 0:
            left[rack] = left.get(rack, 1) - (rack in left)
            ignored.append(pod)
        else:
            blocking.append(pod)
    return ignored, blocking


def rack_id(pod: str, cluster: str) -> int:
    """Return the rack of a pod called ``CLUSTER-RACK[-REVISION]-ORDINAL``; -1 where the name is another."""
    first, _, rest = pod.removeprefix(f"{cluster}-").partition("-")
    return int(first) if rest and first.isdigit() else -1


def _is_failure(reason: str) -> bool:
    return reason in IMAGE_FAILED or reason.startswith("Crash") or reason.endswith("Error")
