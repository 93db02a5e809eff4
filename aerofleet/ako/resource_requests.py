"""The resources that the pods of a cluster ask for, by the names of a ResourceQuota (Kubernetes 1.35)."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from functools import lru_cache

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import entries, section
from aerofleet.units.kubernetes_quantity import quantity

Requests = dict[str, Fraction]
"""Name of a resource in a ResourceQuota → cores, bytes, or a number of objects."""


def requests_of(cluster: Cluster) -> Requests:
    """Return what all pods of the cluster and their claims ask for together."""
    total: Requests = defaultdict(Fraction)
    total["pods"] = Fraction(cluster.size)
    for group in ("requests", "limits"):
        for kind in ("cpu", "memory"):
            total[f"{group}.{kind}"] = cluster.size * request_of_pod(cluster, group, kind)
    per_rack = Fraction(cluster.size, max(len(cluster.racks), 1))
    claims = Counter(
        (str(claim.get("storageClass")), claim.get("size") or 0)
        for rack in cluster.racks
        for volume in entries(rack.storage, "volumes")
        if (claim := section(volume, "source", "persistentVolume"))
    )
    # Fractions are slow: claims of one size are counted first, and multiplied once.
    for (storage_class, size), count in claims.items():
        amount = per_rack * count * quantity(size)
        total["persistentvolumeclaims"] += per_rack * count
        total["requests.storage"] += amount
        total[f"{storage_class}.storageclass.storage.k8s.io/requests.storage"] += amount
    return total


def request_of_pod(cluster: Cluster, group: str, kind: str) -> Fraction:
    """Return what one pod asks for: the sum of its containers, which run together, or its largest init container; init
    containers run before, one after the other. ``group``: ``requests`` or ``limits``; ``kind``: ``cpu`` (cores) or
    ``memory`` (bytes).
    """
    pod = cluster.pod_spec
    together = [section(pod, "aerospikeContainer"), *entries(pod, "sidecars")]
    before = [section(pod, "aerospikeInitContainer"), *entries(pod, "initContainers")]
    asked = (
        tuple(str(section(container, "resources", group).get(kind) or 0) for container in containers)
        for containers in (together, before)
    )
    return _most_at_once(*asked)


@lru_cache(maxsize=1024)  # fractions are slow, and the clusters of a tier ask for the same
def _most_at_once(together: tuple[str, ...], before: tuple[str, ...]) -> Fraction:
    return max(sum(map(quantity, together), Fraction(0)), max(map(quantity, before), default=Fraction(0)))
