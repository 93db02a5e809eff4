"""The metadata of everything we make."""

from __future__ import annotations

from typing import Any

from aerofleet.model.names import CLUSTER_LABEL, TEAM_LABEL, TIER_LABEL, owner_labels
from aerofleet.model.resolved import Cell, Cluster, Team

NAMESPACE_NAME_LABEL = "kubernetes.io/metadata.name"
"""Kubernetes itself gives it to every namespace."""


def cell_metadata(cell: Cell, name: str, namespace: str = "") -> dict[str, Any]:
    return _metadata(name, namespace, owner_labels(cell.name))


def team_metadata(cell: Cell, team: Team, name: str) -> dict[str, Any]:
    """In the team's namespace."""
    return _metadata(name, team.namespace, {**owner_labels(cell.name), TEAM_LABEL: team.name})


def cluster_metadata(cell: Cell, cluster: Cluster, name: str) -> dict[str, Any]:
    """In the cluster's namespace. Its labels stand on the custom resource, never in podSpec: a label there restarts
    every pod."""
    labels = {TEAM_LABEL: cluster.team, CLUSTER_LABEL: cluster.name, TIER_LABEL: cluster.tier.name}
    return _metadata(name, cluster.namespace, {**owner_labels(cell.name), **labels})


def _metadata(name: str, namespace: str, labels: dict[str, str]) -> dict[str, Any]:
    return {"name": name, **({"namespace": namespace} if namespace else {}), "labels": labels}
