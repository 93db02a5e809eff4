"""The operator of a cell, from its pinned manifests: its replicas stand apart, and watch every namespace.

What the folder says is kept but for these. Source: the chart of AKO 4.5.0, whose manager reads the namespaces it
watches from WATCH_NAMESPACE (empty = all), elects one leader of its replicas, and is asked by webhooks that name the
same namespaces.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from aerofleet.manifests.metadata import NAMESPACE_NAME_LABEL, cell_metadata
from aerofleet.model.names import owner_labels
from aerofleet.model.resolved import Cell, Json

WATCHED = "WATCH_NAMESPACE"
WEBHOOK_KINDS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
ORDER = ("Namespace", "", "Deployment", "Service", *WEBHOOK_KINDS)
"""Kinds in the order in which they are made; all others, as they are written, in the place of the empty one."""


def definitions(cell: Cell) -> list[dict[str, Any]]:
    """The CustomResourceDefinitions among the manifests, cert-manager's too."""
    return [owned(cell, each) for each in (*cell.cert_manager, *cell.operator.objects) if is_definition(each)]


def operator(cell: Cell) -> list[dict[str, Any]]:
    """Everything else in an order that comes to an end, and a disruption budget for each Deployment of the operator;
    without the operator where somebody else runs it."""
    certificates = in_order(owned(cell, each) for each in cell.cert_manager if not is_definition(each))
    if cell.operator.source == "crds-only":
        return certificates
    objects = [owned(cell, each) for each in cell.operator.objects if not is_definition(each)]
    deployments = [each for each in objects if each["kind"] == "Deployment"]
    for deployment in deployments:
        harden(cell, deployment)
    for configuration in (each for each in objects if each["kind"] in WEBHOOK_KINDS):
        ask_for_every_namespace(configuration)
    if not any(is_namespace(each, cell.operator.namespace) for each in objects):
        # `helm template` prints none.
        objects.append(namespace(cell, cell.operator.namespace))
    return certificates + in_order(objects) + [disruption_budget(cell, each) for each in deployments]


def in_order(objects: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One is made after the other, and Pulumi's provider waits for what runs: for the pods of a Deployment, which wait
    for the Secret of a Certificate, and for a Service until it has pods. Helm writes Services first and Certificates
    last."""
    return sorted(objects, key=lambda each: ORDER.index(each["kind"]) if each["kind"] in ORDER else ORDER.index(""))


def is_definition(each: Json) -> bool:
    return bool(each["kind"] == "CustomResourceDefinition")


def is_namespace(each: Json, name: str) -> bool:
    return bool(each["kind"] == "Namespace" and each["metadata"]["name"] == name)


def namespace(cell: Cell, name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": cell_metadata(cell, name)}


def owned(cell: Cell, each: Json) -> dict[str, Any]:
    copy = deepcopy(dict(each))
    copy["metadata"]["labels"] = {**copy["metadata"].get("labels", {}), **owner_labels(cell.name)}
    return copy


def harden(cell: Cell, deployment: dict[str, Any]) -> None:
    """Change the pinned Deployment in place: replicas on different hosts, and watching every namespace."""
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
    """The operator is asked wherever it acts: a custom resource that went past its webhooks has none of the values they
    fill in, and none of its mistakes was refused. Namespaces that are left out by name stay out."""
    for webhook in configuration.get("webhooks", ()):
        selector = webhook.get("namespaceSelector", {})
        kept = [each for each in selector.pop("matchExpressions", ()) if not lists_namespaces(each)]
        if kept:
            selector["matchExpressions"] = kept


def lists_namespaces(expression: Json) -> bool:
    return bool(expression["key"] == NAMESPACE_NAME_LABEL and expression["operator"] == "In")


def disruption_budget(cell: Cell, deployment: dict[str, Any]) -> dict[str, Any]:
    """A node drain takes one replica at a time: while none runs, no AerospikeCluster can be written."""
    metadata = deployment["metadata"]
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": cell_metadata(cell, metadata["name"], metadata.get("namespace", "")),
        "spec": {"maxUnavailable": 1, "selector": deployment["spec"]["selector"]},
    }
