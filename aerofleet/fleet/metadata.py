"""The metadata of every object that we make."""

from __future__ import annotations

from typing import Any

from aerofleet.fleet.cell import Cell, Team
from aerofleet.fleet.cluster import Cluster
from aerofleet.units.names import CLUSTER_LABEL, TEAM_LABEL, TIER_LABEL, owner_labels

NAMESPACE_NAME_LABEL = "kubernetes.io/metadata.name"
"""Label that Kubernetes itself sets on every namespace."""


def cell_metadata(cell: Cell, name: str, namespace: str = "") -> dict[str, Any]:
    return _metadata(name, namespace, owner_labels(cell.name))


def team_metadata(cell: Cell, team: Team, name: str) -> dict[str, Any]:
    """Return the metadata of an object in the team's namespace."""
    return _metadata(name, team.namespace, {**owner_labels(cell.name), TEAM_LABEL: team.name})


def cluster_metadata(cell: Cell, cluster: Cluster, name: str) -> dict[str, Any]:
    """Return the metadata of an object in the cluster's namespace. The labels are for the custom resource, never for
    podSpec: a change of a label there restarts every pod."""
    labels = {TEAM_LABEL: cluster.team, CLUSTER_LABEL: cluster.name, TIER_LABEL: cluster.tier.label}
    return _metadata(name, cluster.namespace, {**owner_labels(cell.name), **labels})


def series_labels(cell: Cell, cluster: Cluster) -> dict[str, str]:
    """Return the labels of a cluster's series: alert rules select by them, and alerts show them."""
    return {
        "aerofleet_cell": cell.name,
        "aerofleet_team": cluster.team,
        "aerofleet_cluster": cluster.name,
        "aerofleet_tier": cluster.tier.reference,
    }


def _metadata(name: str, namespace: str, labels: dict[str, str]) -> dict[str, Any]:
    return {"name": name, **({"namespace": namespace} if namespace else {}), "labels": labels}
