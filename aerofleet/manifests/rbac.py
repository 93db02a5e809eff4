"""Permissions of the pods of a team's clusters, and of the people of the team."""

from __future__ import annotations

from typing import Any

from aerofleet.fleet.cell import Cell, Team
from aerofleet.fleet.metadata import cell_metadata, team_metadata
from aerofleet.units.aerospike_cluster import GROUP
from aerofleet.units.names import MAX_LABEL, OPERATOR_SERVICE_ACCOUNT, bounded

RBAC = "rbac.authorization.k8s.io"
CLUSTER_ROLE = "aerospike-cluster"
"""ClusterRole of AKO's own installation (4.5.0). It lets a pod write AerospikeClusters, so it is bound in one namespace
only: from a compromised pod only the clusters of its team can be changed."""
NODE_READER = "aerofleet-node-reader"


def node_reader(cell: Cell) -> dict[str, Any]:
    """Return the ClusterRole to read nodes: AKO's init container reads the addresses of its node."""
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": cell_metadata(cell, NODE_READER),
        "rules": [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list"]}],
    }


def service_account(cell: Cell, team: Team) -> dict[str, Any]:
    """Return the ServiceAccount with the registry's login. In the pods' spec, a login added later would restart them
    all.
    """
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": team_metadata(cell, team, OPERATOR_SERVICE_ACCOUNT),
    }
    secrets = {secret.name for cluster in team.clusters for secret in cluster.secrets if secret.purpose == "registry"}
    return {**account, "imagePullSecrets": [{"name": name} for name in sorted(secrets)]} if secrets else account


def pod_access(cell: Cell, team: Team) -> list[dict[str, Any]]:
    """Return the permissions of the pods of a team's clusters."""
    subject = {"kind": "ServiceAccount", "name": OPERATOR_SERVICE_ACCOUNT, "namespace": team.namespace}
    return [
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": team_metadata(cell, team, CLUSTER_ROLE),
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": CLUSTER_ROLE},
            "subjects": [subject],
        },
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": cell_metadata(cell, bounded(f"{NODE_READER}-{team.namespace}", MAX_LABEL)),
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": NODE_READER},
            "subjects": [subject],
        },
    ]


def team_access(cell: Cell, team: Team) -> list[dict[str, Any]]:
    """Return the read permissions of the team's people: clusters change by review only.

    Nothing grants `aerospikeclusters/scale`: a write to it skips both of AKO's webhooks (4.5.0). Secrets are not
    among the readable kinds.
    """
    if not team.tenant.groups:
        return []
    look = ["get", "list", "watch"]
    role = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "Role",
        "metadata": team_metadata(cell, team, "team-view"),
        "rules": [
            {"apiGroups": [GROUP], "resources": ["aerospikeclusters"], "verbs": look},
            {
                "apiGroups": [""],
                "resources": ["pods", "pods/log", "services", "events", "persistentvolumeclaims", "resourcequotas"],
                "verbs": look,
            },
            {"apiGroups": ["apps"], "resources": ["statefulsets"], "verbs": look},
            {"apiGroups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": look},
        ],
    }
    binding = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": team_metadata(cell, team, "team-view"),
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "team-view"},
        "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": group} for group in team.tenant.groups],
    }
    return [role, binding]
