"""Log sinks of a cluster, in AKO's YAML form."""

from __future__ import annotations

from typing import Any

from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.settings.free_maps import unreserved


def spec(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    sinks = [unreserved(sink, "logging", cluster.server_version) for sink in cluster.settings.logging]
    return {"aerospikeConfig": {"logging": sinks}} if sinks else {}
