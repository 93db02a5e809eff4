"""The operator of a cell, from its pinned manifests, with replicas on different hosts that watch every namespace.

All other values of the manifests are kept. Source: the chart of AKO 4.5.0, whose manager reads the namespaces to watch
from WATCH_NAMESPACE (empty = all) and elects one leader of its replicas, and whose webhooks select the same namespaces.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from aerofleet.fleet.cell import Cell
from aerofleet.fleet.metadata import NAMESPACE_NAME_LABEL, cell_metadata
from aerofleet.units.json_value import Json
from aerofleet.units.names import owner_labels

WATCHED = "WATCH_NAMESPACE"
WEBHOOK_KINDS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
ORDER = ("Namespace", "", "Deployment", "Service", *WEBHOOK_KINDS)
"""Kinds in the order of their creation; the empty one stands for all others, in the order of the manifests."""


def definitions(cell: Cell) -> list[dict[str, Any]]:
    """Return the CustomResourceDefinitions in the manifests, also those of cert-manager."""
    return [
        owned(cell, manifest)
        for manifest in (*cell.cert_manager_objects, *cell.operator_objects)
        if is_definition(manifest)
    ]


def operator(cell: Cell) -> list[dict[str, Any]]:
    """Return all other objects in the order of their creation, and a disruption budget for each Deployment of the
    operator; without the operator if another team runs it."""
    certificates = in_order(
        owned(cell, manifest) for manifest in cell.cert_manager_objects if not is_definition(manifest)
    )
    if cell.operator.source == "crds-only":
        return certificates
    objects = [owned(cell, manifest) for manifest in cell.operator_objects if not is_definition(manifest)]
    deployments = [manifest for manifest in objects if manifest["kind"] == "Deployment"]
    for deployment in deployments:
        harden(cell, deployment)
    for configuration in (manifest for manifest in objects if manifest["kind"] in WEBHOOK_KINDS):
        ask_for_every_namespace(configuration)
    if not any(is_namespace(manifest, cell.operator.namespace) for manifest in objects):
        # `helm template` prints no Namespace.
        objects.append(namespace(cell, cell.operator.namespace))
    return certificates + in_order(objects) + [disruption_budget(cell, deployment) for deployment in deployments]


def in_order(objects: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the objects in the order of ORDER. They are created one after the other, and Pulumi's provider waits for
    the pods of a Deployment, which wait for the Secret of a Certificate, and for a Service until it has pods; Helm
    writes Services first and Certificates last.
    """
    return sorted(
        objects, key=lambda manifest: ORDER.index(manifest["kind"]) if manifest["kind"] in ORDER else ORDER.index("")
    )


def is_definition(manifest: Json) -> bool:
    return bool(manifest["kind"] == "CustomResourceDefinition")


def is_namespace(manifest: Json, name: str) -> bool:
    return bool(manifest["kind"] == "Namespace" and manifest["metadata"]["name"] == name)


def namespace(cell: Cell, name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": cell_metadata(cell, name)}


def owned(cell: Cell, manifest: Json) -> dict[str, Any]:
    copy = deepcopy(dict(manifest))
    copy["metadata"]["labels"] = {**copy["metadata"].get("labels", {}), **owner_labels(cell.name)}
    return copy


def harden(cell: Cell, deployment: dict[str, Any]) -> None:
    """Change the pinned Deployment in place: its replicas run on different hosts and watch every namespace."""
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


def ask_for_every_namespace(configuration: dict[str, Any]) -> None:
    """Change the webhooks in place so that they apply to every namespace in which the operator acts: they fill in
    values and refuse mistakes. Namespaces that are excluded by name stay excluded.
    """
    for webhook in configuration.get("webhooks", ()):
        selector = webhook.get("namespaceSelector", {})
        kept = [expression for expression in selector.pop("matchExpressions", ()) if not lists_namespaces(expression)]
        if kept:
            selector["matchExpressions"] = kept


def lists_namespaces(expression: Json) -> bool:
    return bool(expression["key"] == NAMESPACE_NAME_LABEL and expression["operator"] == "In")


def disruption_budget(cell: Cell, deployment: dict[str, Any]) -> dict[str, Any]:
    """Return a budget with which a drain evicts one replica at a time: without any, no AerospikeCluster can be
    written.
    """
    metadata = deployment["metadata"]
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": cell_metadata(cell, metadata["name"], metadata.get("namespace", "")),
        "spec": {"maxUnavailable": 1, "selector": deployment["spec"]["selector"]},
    }
