"""What a team's namespace may hold: the tenant's quota as Kubernetes enforces it, and limits for stray pods."""

from __future__ import annotations

from typing import Any

from aerofleet.manifests.metadata import team_metadata
from aerofleet.model.quantities import kubernetes_bytes, kubernetes_cpu
from aerofleet.model.resolved import Cell, Team

SIDECAR_CPU_MILLICORES = 1000
SIDECAR_MEMORY_BYTES = 1 << 30
"""What a pod may hold beside the server: init container and exporter. The tenant's quota counts the server alone."""


def resource_quota(cell: Cell, team: Team) -> dict[str, Any]:
    """Clusters are not counted here, `check` counts them: until Kubernetes' quota controller has learnt a kind that has
    just come, which takes up to five minutes, the API server refuses every object of a kind that a quota counts. So the
    first `pulumi up` of a cell could not end.
    """
    quota = team.tenant.quota
    cpu = kubernetes_cpu(quota.cpu_millicores + quota.pods * SIDECAR_CPU_MILLICORES)
    memory = kubernetes_bytes(quota.memory_bytes + quota.pods * SIDECAR_MEMORY_BYTES)
    hard = {
        "pods": str(quota.pods),
        "requests.cpu": cpu,
        "limits.cpu": cpu,
        "requests.memory": memory,
        "limits.memory": memory,
        "requests.storage": kubernetes_bytes(quota.storage_bytes),
    }
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": team_metadata(cell, team, "quota"),
        "spec": {"hard": hard},
    }


def limit_range(cell: Cell, team: Team) -> dict[str, Any]:
    """A container without limits of its own gets small ones: under a quota it would otherwise be refused."""
    amounts = {"cpu": "250m", "memory": "256Mi"}
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": team_metadata(cell, team, "defaults"),
        "spec": {"limits": [{"type": "Container", "default": amounts, "defaultRequest": amounts}]},
    }
