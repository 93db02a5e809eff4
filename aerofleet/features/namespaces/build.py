"""Namespaces of a cluster, in AKO's YAML form."""

from __future__ import annotations

from typing import Any

from aerofleet.aerospike.parameters import known_names
from aerofleet.files.choices import StorageKind
from aerofleet.files.cluster.namespaces import NamespaceSettings
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.settings.free_maps import unreserved


def spec(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    version = cluster.server_version
    return {
        "aerospikeConfig": {"namespaces": [namespace(settings, version) for settings in cluster.settings.namespaces]}
    }


def namespace(settings: NamespaceSettings, version: str) -> dict[str, Any]:
    config: dict[str, Any] = {"name": settings.name, "replication-factor": settings.replication_factor}
    if settings.strong_consistency:
        # Written only if it is on: AKO takes an explicit `false` for a change.
        config["strong-consistency"] = True
    config["default-ttl"] = settings.default_ttl
    return {**config, **memory_limits(settings, version), **unreserved(settings.config, "namespaces", version)}


def memory_limits(settings: NamespaceSettings, version: str) -> dict[str, int]:
    """Return the namespace's limit of memory under the name in its server version: one for the indexes since 7.1, one
    for indexes and data together before 7.0, none in between.
    """
    known = known_names(version, "namespaces")
    if "indexes-memory-budget" in known:
        return {"indexes-memory-budget": settings.indexes_memory_budget}
    if "memory-size" in known:
        data = settings.data_size if settings.storage is StorageKind.MEMORY else 0
        return {"memory-size": settings.indexes_memory_budget + data}
    return {}
