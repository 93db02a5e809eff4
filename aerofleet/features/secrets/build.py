"""References to secrets: an object of the External Secrets Operator names a place in the store; no value is here."""

from __future__ import annotations

from typing import Any

from aerofleet.fleet.cell import Cell, Team
from aerofleet.fleet.cluster import Cluster, SecretReference
from aerofleet.fleet.metadata import cluster_metadata, team_metadata

PULL_SECRET_TYPE = "kubernetes.io/dockerconfigjson"  # noqa: S105 - of Kubernetes: a kubelet takes no other


def team_secrets(cell: Cell, team: Team) -> list[dict[str, Any]]:
    """Return the Secrets that all clusters of a team share: the feature key, the registry's login."""
    shared = {reference for cluster in team.clusters for reference in cluster.secrets if is_shared(reference)}
    return [
        external_secret(cell, reference, team_metadata(cell, team, reference.name))
        for reference in sorted(shared, key=lambda reference: reference.name)
        if cell.secret_store.kind == "external-secrets"
    ]


def cluster_secrets(cell: Cell, cluster: Cluster) -> list[dict[str, Any]]:
    return [
        external_secret(cell, reference, cluster_metadata(cell, cluster, reference.name))
        for reference in cluster.secrets
        if cell.secret_store.kind == "external-secrets" and not is_shared(reference)
    ]


def is_shared(reference: SecretReference) -> bool:
    return reference.purpose in ("feature-key", "registry")


def external_secret(cell: Cell, reference: SecretReference, metadata: dict[str, Any]) -> dict[str, Any]:
    """Return an ExternalSecret. With ``Orphan`` the Secret stays after a deletion of this object: pods mount it again
    at their next start, and the operator logs in with it, so a CustomResourceDefinition that is deleted by mistake must
    not delete the Secrets of the fleet.
    """
    target: dict[str, Any] = {"name": reference.name, "creationPolicy": "Orphan"}
    if reference.purpose == "registry":
        target["template"] = {"type": PULL_SECRET_TYPE}
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": metadata,
        "spec": {
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": cell.secret_store.store},
            "refreshInterval": "1h",
            "target": target,
            # A store reads a dot in a property as a path into its value.
            "data": [
                {"secretKey": key, "remoteRef": {"key": reference.remote_path, "property": key.removeprefix(".")}}
                for key in reference.keys
            ],
        },
    }
