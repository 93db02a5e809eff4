"""The limits of a team's namespace: the tenant's quota as a ResourceQuota, and default limits for other pods."""

from __future__ import annotations

from typing import Any

from aerofleet.fleet.cell import Cell, Team
from aerofleet.fleet.metadata import team_metadata
from aerofleet.units.kubernetes_quantity import kubernetes_bytes, kubernetes_cpu

SIDECAR_CPU_MILLICORES = 1000
SIDECAR_MEMORY_BYTES = 1 << 30
"""Memory of a pod beside the server, for init container and exporter. The tenant's quota counts only the server."""


def resource_quota(cell: Cell, team: Team) -> dict[str, Any]:
    """Return the quota, without a count of clusters, which `check` counts: until Kubernetes' quota controller has
    learnt a kind that has just come, which takes up to five minutes, the API server refuses every object of a kind that
    a quota counts. So the first `pulumi up` of a cell would fail.
    """
    quota = team.tenant.quota
    cpu = kubernetes_cpu(quota.cpu + quota.pods * SIDECAR_CPU_MILLICORES)
    memory = kubernetes_bytes(quota.memory + quota.pods * SIDECAR_MEMORY_BYTES)
    hard = {
        "pods": str(quota.pods),
        "requests.cpu": cpu,
        "limits.cpu": cpu,
        "requests.memory": memory,
        "limits.memory": memory,
        "requests.storage": kubernetes_bytes(quota.storage),
    }
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": team_metadata(cell, team, "quota"),
        "spec": {"hard": hard},
    }


def limit_range(cell: Cell, team: Team) -> dict[str, Any]:
    """Return small default limits for containers without limits: the quota would else refuse these."""
    amounts = {"cpu": "250m", "memory": "256Mi"}
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": team_metadata(cell, team, "defaults"),
        "spec": {"limits": [{"type": "Container", "default": amounts, "defaultRequest": amounts}]},
    }
