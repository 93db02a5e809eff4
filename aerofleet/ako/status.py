"""The status of an AerospikeCluster, which mirrors the spec that the operator has rolled out."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from aerofleet.ako.cluster import Cluster, Rack, cluster_of
from aerofleet.ako.config import section
from aerofleet.ako.config_file import is_same
from aerofleet.ako.init_image import init_image

MIRRORED = (
    "size", "image", "aerospikeConfig", "rackConfig", "storage", "aerospikeAccessControl", "operations", "podSpec",
    "aerospikeNetworkPolicy", "enableDynamicConfigUpdate", "enableRackIDOverride", "maxUnavailable", "disablePDB",
    "rosterNodeBlockList", "k8sNodeBlockList", "operatorClientCert", "validationPolicy", "seedsFinderServices",
    "headlessService", "podService",
)  # fmt: skip

OTHER_NAMES = {"operatorClientCert": "operatorClientCertSpec"}
"""Spec field → what the status calls it, where that is not the same (CustomResourceDefinition of AKO 4.5.0)."""


@dataclass(slots=True)
class Status:
    """``is_complete``: a whole roll-out has finished at least once. ``pods`` maps a pod's name to its entry. ``phase``:
    Completed, InProgress or Error; empty where it is absent. ``failed``: names of the pods that have failed, where
    they are known; the resource's own status never has them (see `failed_pods`).
    """

    is_complete: bool
    size: int
    image: str
    racks: list[Rack]
    rack_namespaces: list[str]
    operations: list[Any]
    spec: dict[str, Any]
    pods: dict[str, dict[str, Any]] = field(default_factory=dict)
    phase: str = "Completed"
    failed: frozenset[str] = frozenset()


def rack_sizes(size: int, racks: int) -> list[int]:
    """Return the number of pods of every rack: the first ``size % racks`` get one more."""
    share, more = divmod(size, racks)
    return [share + (position < more) for position in range(racks)]


def pod_names(cluster: Cluster) -> dict[str, int]:
    """Return pod name → position of its rack, for a cluster that is rolled out completely."""
    sizes = rack_sizes(cluster.size, len(cluster.racks))
    return {
        f"{cluster.name}-{rack.identity}-{ordinal}": rack.position
        for rack, count in zip(cluster.racks, sizes, strict=True)
        for ordinal in range(count)
    }


def finished_status(cluster: Cluster) -> Status:
    """Return the status after a whole roll-out of ``cluster``, with every pod well."""
    image = init_image(cluster)
    return Status(
        is_complete=True,
        size=cluster.size,
        image=cluster.image,
        racks=cluster.racks,
        rack_namespaces=cluster.rack_namespaces,
        operations=cluster.spec.get("operations") or [],
        spec=cluster.spec,
        pods={name: {"image": cluster.image, "initImage": image} for name in pod_names(cluster)},
    )


def status_dict(status: Status) -> dict[str, Any]:
    """Return the resource's ``.status``."""
    mirrored = {OTHER_NAMES.get(key, key): copy.deepcopy(status.spec[key]) for key in MIRRORED if key in status.spec}
    return {**mirrored, "phase": status.phase, "pods": copy.deepcopy(status.pods)}


def status_of(status: dict[str, Any], cluster: Cluster) -> Status:
    """Return the status that a resource's ``.status`` is; ``cluster`` has the name, which is not in it."""
    metadata = {"name": cluster.name, "namespace": cluster.namespace}
    complete = status.get("aerospikeConfig") is not None
    mirrored = {key: status.get(OTHER_NAMES.get(key, key)) for key in MIRRORED}
    spec = {key: value for key, value in mirrored.items() if value is not None}
    mirror = cluster_of({"metadata": metadata, "spec": spec}, cluster.operator)
    pods = section(status, "pods")
    return Status(
        is_complete=complete,
        size=mirror.size,
        image=mirror.image,
        racks=mirror.racks if complete else [],
        rack_namespaces=mirror.rack_namespaces,
        operations=mirror.spec.get("operations") or [],
        spec=mirror.spec if complete else {},
        pods={str(name): pod for name, pod in pods.items() if isinstance(pod, dict)},
        phase=str(status.get("phase") or ""),
    )


def running_cluster(old: Cluster, status: Status, operator: str) -> Cluster | None:
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


def patched_status(status: Status, patch: Any, cluster: Cluster) -> Status:
    """Return ``status`` with a JSON merge patch applied to it; ``cluster`` has the name."""
    return status_of(merge_patched(status_dict(status), patch), cluster)


def merge_patched(target: Any, patch: Any) -> Any:
    """Return ``target`` with a JSON merge patch applied (RFC 7386)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patched(result.get(key), value)
    return result
