"""The operator of a cell, from its pinned manifests: its replicas stand apart, and watch every namespace.

What the folder says is kept but for these. Source: the chart of AKO 4.5.0, whose manager reads the namespaces it
watches from WATCH_NAMESPACE (empty = all) and elects one leader of its replicas.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from aerofleet.manifests.metadata import cell_metadata
from aerofleet.model.names import owner_labels
from aerofleet.model.resolved import Cell, Json

WATCHED = "WATCH_NAMESPACE"


def definitions(cell: Cell) -> list[dict[str, Any]]:
    """The CustomResourceDefinitions among the manifests, cert-manager's too."""
    return [owned(cell, each) for each in (*cell.cert_manager, *cell.operator.objects) if is_definition(each)]


def operator(cell: Cell) -> list[dict[str, Any]]:
    """Everything else, and a disruption budget for each Deployment of the operator; without it where somebody else
    runs it."""
    certificates = [owned(cell, each) for each in cell.cert_manager if not is_definition(each)]
    if cell.operator.source == "crds-only":
        return certificates
    objects = [owned(cell, each) for each in cell.operator.objects if not is_definition(each)]
    deployments = [each for each in objects if each["kind"] == "Deployment"]
    for deployment in deployments:
        harden(cell, deployment)
    return certificates + objects + [disruption_budget(cell, each) for each in deployments]


def is_definition(each: Json) -> bool:
    return bool(each["kind"] == "CustomResourceDefinition")


def owned(cell: Cell, each: Json) -> dict[str, Any]:
    copy = deepcopy(dict(each))
    copy["metadata"]["labels"] = {**copy["metadata"].get("labels", {}), **owner_labels(cell.name)}
    return copy


def harden(cell: Cell, deployment: dict[str, Any]) -> None:
    spec = deployment["spec"]
    spec["replicas"] = cell.operator.replicas
    pod = spec["template"]["spec"]
    pod["topologySpreadConstraints"] = [
        {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": spec["selector"],
        }
    ]
    for container in pod["containers"]:
        for variable in container.get("env", ()):
            if variable["name"] == WATCHED:
                variable.pop("valueFrom", None)
                variable["value"] = ""


def disruption_budget(cell: Cell, deployment: dict[str, Any]) -> dict[str, Any]:
    """A node drain takes one replica at a time: while none runs, no AerospikeCluster can be written."""
    metadata = deployment["metadata"]
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": cell_metadata(cell, metadata["name"], metadata.get("namespace", "")),
        "spec": {"maxUnavailable": 1, "selector": deployment["spec"]["selector"]},
    }
