"""The resources that the pods of a cluster ask for, by the names of a ResourceQuota (Kubernetes 1.35)."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction

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
            total[f"{group}.{kind}"] = cluster.size * _of_pod(cluster, group, kind)
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


def _of_pod(cluster: Cluster, group: str, kind: str) -> Fraction:
    """Return the sum of the containers, which run together, or the largest init container, which run before them one
    after the other.
    """
    pod = cluster.pod_spec
    together = [section(pod, "aerospikeContainer"), *entries(pod, "sidecars")]
    before = [section(pod, "aerospikeInitContainer"), *entries(pod, "initContainers")]
    amounts = [
        [quantity(section(container, "resources", group).get(kind) or 0) for container in containers]
        for containers in (together, before)
    ]
    return max(sum(amounts[0], Fraction(0)), max(amounts[1], default=Fraction(0)))
