"""A team's Kubernetes namespace, with the Pod Security level that its network profile needs."""

from __future__ import annotations

from typing import Any

from aerofleet.fleet.cell import Cell, Team
from aerofleet.fleet.metadata import cell_metadata
from aerofleet.fleet.network_profiles import PROFILES
from aerofleet.units.names import TEAM_LABEL

POD_SECURITY = "pod-security.kubernetes.io"


def namespace(cell: Cell, team: Team) -> dict[str, Any]:
    """Return the namespace. ``enforce`` is the level that the pods need; ``warn`` is the restricted level."""
    metadata = cell_metadata(cell, team.namespace)
    metadata["labels"] |= {
        TEAM_LABEL: team.name,
        f"{POD_SECURITY}/enforce": PROFILES[cell.network_profile].pod_security,
        f"{POD_SECURITY}/warn": "restricted",
    }
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
