"""Sets with parameters of their own, in AKO's YAML form."""

from __future__ import annotations

from typing import Any

from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.settings.free_maps import unreserved


def spec(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    version = cluster.server_version
    namespaces = [
        {
            "name": namespace.name,
            "sets": [
                {"name": entry.name, **unreserved(entry.config, "namespaces.sets", version)} for entry in namespace.sets
            ],
        }
        for namespace in cluster.settings.namespaces
        if namespace.sets
    ]
    return {"aerospikeConfig": {"namespaces": namespaces}} if namespaces else {}
