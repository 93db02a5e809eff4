"""CPU and memory of the server's container."""

from __future__ import annotations

from typing import Any

from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.containers import guaranteed


def spec(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    asked = cluster.settings.resources
    return {"podSpec": {"aerospikeContainer": {"resources": guaranteed(asked.cpu, asked.memory)}}}
