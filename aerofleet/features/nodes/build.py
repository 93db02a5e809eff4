"""Size, racks and hosts of a cluster."""

from __future__ import annotations

from typing import Any

from aerofleet.files.metal import Taint
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster


def spec(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    """Return size, racks and placement. Every namespace is on all racks: the operator's batch rules and the loss of a
    rack need that.
    """
    pod: dict[str, Any] = {
        "multiPodPerHost": cluster.settings.multi_pod_per_host,
        "nodeSelector": dict(cluster.node_selector),
    }
    if cluster.tolerations:
        pod["tolerations"] = [toleration(taint) for taint in cluster.tolerations]
    return {
        "size": cluster.size,
        "rackConfig": {
            "namespaces": [namespace.name for namespace in cluster.settings.namespaces],
            "racks": [
                {"id": rack.id, "rackLabel": rack.label, **({"revision": rack.revision} if rack.revision else {})}
                for rack in cluster.racks
            ],
        },
        "podSpec": pod,
    }


def toleration(taint: Taint) -> dict[str, str]:
    return {"key": taint.key, "operator": "Equal", "value": taint.value, "effect": taint.effect}
