"""Batches, live settings, pauses, blocked hosts and restarts of a cluster."""

from __future__ import annotations

from typing import Any

from aerofleet.files.cluster.rollout import RestartSettings
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.units.names import bounded

OPERATION_ID_LIMIT = 20


def spec(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    settings, batches = cluster.settings, cluster.settings.batches
    part: dict[str, Any] = {
        "maxUnavailable": batches.max_unavailable,
        "enableDynamicConfigUpdate": settings.dynamic_config,
    }
    sizes = {"rollingUpdateBatchSize": batches.rolling_update, "scaleDownBatchSize": batches.scale_down}
    if any(sizes.values()):
        part["rackConfig"] = {name: size for name, size in sizes.items() if size}
    if cluster.paused:
        part["paused"] = True
    if settings.host_blocks:
        part["k8sNodeBlockList"] = list(settings.host_blocks)
    if settings.restart:
        part["operations"] = [operation(settings.restart)]
    return part


def operation(restart: RestartSettings) -> dict[str, Any]:
    """Return the operation for a restart. The operator runs an id once, and its webhook refuses another kind with the
    same id, so the id contains the kind.
    """
    kind = "WarmRestart" if restart.how == "warm" else "PodRestart"
    return {"kind": kind, "id": bounded(f"{restart.how}-{restart.reason}", OPERATION_ID_LIMIT)}
