"""Access: what AKO needs in every team's namespace, and what people of the team may do there."""

from __future__ import annotations

from typing import Any

from aerofleet.manifests.metadata import cell_metadata, team_metadata
from aerofleet.model.names import OPERATOR_SERVICE_ACCOUNT, bounded
from aerofleet.model.resolved import Cell, Team

CLUSTER_ROLE = "aerospike-cluster"
"""Made by AKO's own installation (4.5.0). Pods read Nodes with it, cluster-wide: a RoleBinding would not do."""
RBAC = "rbac.authorization.k8s.io"


def service_account(cell: Cell, team: Team) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": team_metadata(cell, team, OPERATOR_SERVICE_ACCOUNT),
    }


def operator_binding(cell: Cell, team: Team) -> dict[str, Any]:
    name = bounded(f"{CLUSTER_ROLE}-{team.namespace}", 63)
    subject = {"kind": "ServiceAccount", "name": OPERATOR_SERVICE_ACCOUNT, "namespace": team.namespace}
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": cell_metadata(cell, name),
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": CLUSTER_ROLE},
        "subjects": [subject],
    }


def team_access(cell: Cell, team: Team) -> list[dict[str, Any]]:
    """The team looks and does not touch: clusters change by review only.

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
            {"apiGroups": ["asdb.aerospike.com"], "resources": ["aerospikeclusters"], "verbs": look},
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
