"""What the operator has rolled out: the status mirror, as far as admission and the judgement of a change need it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from aerofleet.ako.cluster import Cluster, Rack, cluster_of
from aerofleet.ako.config import section
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
    Completed, InProgress or Error; empty where it isn't said. ``failed``: names of the pods that have failed, where
    they are known; the resource's own status never holds them (see `failed_pods`).
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
    """Pods of each rack: the first ``size % racks`` get one more."""
    share, more = divmod(size, racks)
    return [share + (position < more) for position in range(racks)]


def pod_names(cluster: Cluster) -> dict[str, int]:
    """Every pod of the finished cluster → its rack's position."""
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
    """As the resource's ``.status`` would hold it."""
    found = {OTHER_NAMES.get(key, key): copy.deepcopy(status.spec[key]) for key in MIRRORED if key in status.spec}
    return {**found, "phase": status.phase, "pods": copy.deepcopy(status.pods)}


def status_of(found: dict[str, Any], cluster: Cluster) -> Status:
    """Read a resource's ``.status``; ``cluster`` gives the name that a status doesn't hold."""
    metadata = {"name": cluster.name, "namespace": cluster.namespace}
    complete = found.get("aerospikeConfig") is not None
    mirrored = {key: found.get(OTHER_NAMES.get(key, key)) for key in MIRRORED}
    spec = {key: value for key, value in mirrored.items() if value is not None}
    mirror = cluster_of({"metadata": metadata, "spec": spec}, cluster.operator)
    pods = section(found, "pods")
    return Status(
        is_complete=complete,
        size=mirror.size,
        image=mirror.image,
        racks=mirror.racks if complete else [],
        rack_namespaces=mirror.rack_namespaces,
        operations=mirror.spec.get("operations") or [],
        spec=mirror.spec if complete else {},
        pods={str(name): pod for name, pod in pods.items() if isinstance(pod, dict)},
        phase=str(found.get("phase") or ""),
    )


def patched_status(status: Status, patch: Any, cluster: Cluster) -> Status:
    """Return ``status`` with a JSON merge patch applied to it; ``cluster`` has the name."""
    return status_of(merge_patched(status_dict(status), patch), cluster)


def merge_patched(target: Any, patch: Any) -> Any:
    """RFC 7386: a JSON merge patch applied."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patched(result.get(key), value)
    return result
