"""The operator as this project runs it, from the output of its chart with the chart's own values."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

from aerofleet.files.choices import NetworkProfile
from aerofleet.fleet.cell import Cell
from aerofleet.manifests.operator import operator
from aerofleet.manifests.rendered import Object
from tests.manifests.golden import resolved


def objects_of(cell: Cell, kind: str) -> list[Object]:
    return [manifest for manifest in operator(cell) if manifest["kind"] == kind]


def test_it_watches_every_namespace_and_is_asked_in_every_one() -> None:
    cell = resolved(NetworkProfile.POD)
    manager = objects_of(cell, "Deployment")[0]["spec"]["template"]["spec"]["containers"][0]
    assert {"name": "WATCH_NAMESPACE", "value": ""} in manager["env"]
    webhooks: list[dict[str, Any]] = [
        webhook
        for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
        for manifest in objects_of(cell, kind)
        for webhook in manifest["webhooks"]
    ]
    left_out = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]}
    assert [webhook["namespaceSelector"] for webhook in webhooks] == [{}, {"matchExpressions": [left_out]}]


def test_a_namespace_that_somebody_else_would_fill_in_is_every_namespace() -> None:
    cell = resolved(NetworkProfile.POD)
    filled_in = {"name": "WATCH_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.annotations['targets']"}}}
    brought = deepcopy([dict(manifest) for manifest in cell.operator_objects])
    deployment = next(manifest for manifest in brought if manifest["kind"] == "Deployment")
    deployment["spec"]["template"]["spec"]["containers"][0]["env"][0] = filled_in
    made = objects_of(replace(cell, operator_objects=tuple(brought)), "Deployment")[0]
    assert made["spec"]["template"]["spec"]["containers"][0]["env"][0] == {"name": "WATCH_NAMESPACE", "value": ""}


def test_its_namespace_is_made_once() -> None:
    cell = resolved(NetworkProfile.POD)
    assert [manifest["metadata"]["name"] for manifest in objects_of(cell, "Namespace")] == ["aerospike"]
    assert operator(cell)[0]["kind"] == "Namespace"
    own = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "aerospike", "annotations": {"owner": "db"}}}
    brought = replace(cell, operator_objects=(*cell.operator_objects, own))
    assert [manifest["metadata"]["annotations"] for manifest in objects_of(brought, "Namespace")] == [{"owner": "db"}]


def test_nothing_waits_for_what_is_made_after_it() -> None:
    kinds = [manifest["kind"] for manifest in operator(resolved(NetworkProfile.POD))]
    assert kinds == [
        "Namespace",
        "Certificate",
        "Deployment",
        "Service",
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
        "PodDisruptionBudget",
    ]


def test_what_the_folder_says_is_not_touched() -> None:
    cell = resolved(NetworkProfile.POD)
    before = repr(cell.operator_objects)
    operator(cell)
    assert repr(cell.operator_objects) == before
