"""What preflight finds in the objects of a server. Its requests to a real API server are in tests/engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from aerofleet.findings import Finding
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.inventory import inventory
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.fleet.stack_name import StackName
from aerofleet.live.embedded_secrets import random_secrets
from aerofleet.live.preflight import (
    Server,
    Target,
    absent_node,
    absent_nodes,
    foreign_object,
    kubernetes_version,
    missing_secret,
    phantom_node,
)
from aerofleet.manifests import render_cell
from tests.fleet.project import SHOP, change, copy_of

Object = dict[str, Any]


@dataclass
class InMemoryServer:
    """A server with these objects."""

    objects: list[Object] = field(default_factory=list)

    release: str = "1.35.4"

    def version(self) -> str:
        return self.release

    def serves(self, api_version: str, kind: str) -> bool:
        return False

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> None:
        return None

    def labels(self, api_version: str, kind: str, namespace: str) -> Mapping[str, Mapping[str, str]]:
        return {
            manifest["metadata"]["name"]: manifest["metadata"].get("labels", {})
            for manifest in self.objects
            if manifest["kind"] == kind and manifest["metadata"].get("namespace", "") == namespace
        }

    def list(self, api_version: str, kind: str) -> tuple[tuple[Object, ...], str]:
        return tuple(manifest for manifest in self.objects if manifest["kind"] == kind), "1"


def cell_with_cart(folder: Path, state: str) -> Cell:
    """``cart`` is the only cluster of the cell with users and certificates."""
    root = copy_of(SHOP, folder)
    tier = "    tier: secure\n    workload: {objects: 2M}"
    change(root, {"file": "stacks/here/teams/shop.yaml", "replace": tier, "by": f"{tier}\n    state: {state}"})
    store = "kind: external-secrets\n  store: vault\n  pathPrefix: databases"
    change(root, {"file": "stacks/here/cell.yaml", "replace": store, "by": "kind: existing"})
    allocations = root / "stacks/here/allocations.yaml"
    before, _, after = allocations.read_text().partition("  shop/cart:\n")
    allocations.write_text(f"{before}  shop/cart:\n{after.replace('state: active', f'state: {state}', 1)}")
    cell = resolve_cell(root, "here").cell
    assert cell is not None
    return cell


def needs_of_cart(cell: Cell) -> tuple[bool, bool, bool]:
    """Return whether it is in the stack's outputs, its Secrets are missed, and they would be made."""
    return (
        "shop/cart" in inventory(StackName("here"), cell),
        any(str(finding.subject) == "shop/cart" for finding in missing_secret.findings(target(cell, InMemoryServer()))),
        any("cart" in secret["metadata"]["name"] for secret in random_secrets(cell)),
    )


def test_a_deleted_cluster_needs_nothing_and_answers_nowhere(tmp_path: Path) -> None:
    assert needs_of_cart(cell_with_cart(tmp_path / "before", "retiring")) == (True, True, True)
    assert needs_of_cart(cell_with_cart(tmp_path / "after", "deleted")) == (False, False, False)


def test_a_patch_level_of_kubernetes_is_no_mistake(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, {"file": "stacks/here/cell.yaml", "replace": '"1.35"', "by": '"1.35.9"'})
    cell = resolve_cell(root, "here").cell
    assert cell is not None
    assert kubernetes_version.findings(target(cell, InMemoryServer())) == []


@pytest.fixture(scope="module")
def cell() -> Cell:
    found = resolve_cell(SHOP, "here").cell
    assert found is not None
    return found


def node(name: str, labels: Mapping[str, str], kubelet: str = "", **spec: Any) -> Object:
    info = {"nodeInfo": {"kubeletVersion": kubelet}}
    return {"kind": "Node", "metadata": {"name": name, "labels": dict(labels)}, "spec": spec, "status": info}


def registered(cell: Cell) -> list[Object]:
    """Each host of the cell as its kubelet registers it."""
    return [
        node(
            host.name,
            {"kubernetes.io/hostname": host.name},
            "v1.35.4",
            taints=[taint.model_dump() for taint in pool.taints],
        )
        for pool in cell.pools
        for host in pool.hosts
    ]


def target(cell: Cell, server: Server) -> Target:
    return Target(cell, render_cell(cell), server)


def texts(findings: Iterable[Finding]) -> list[str]:
    return [f"{finding.subject}  {finding.message}" for finding in findings]


def test_a_node_object_without_a_machine_is_found_wherever_its_host_is(cell: Cell) -> None:
    """In the definitions or out of them; one that carries our labels, and one whose labels were taken back."""
    known = cell.pools[0].hosts[0].name
    server: Server = InMemoryServer(
        [
            *(definition for definition in registered(cell) if definition["metadata"]["name"] != known),
            node(known, {"aerofleet.io/pool": cell.pools[0].name}),
            node("gone", {}),
            node("of-another-provisioner", {"kubernetes.io/hostname": "of-another-provisioner"}),
        ]
    )
    without = "is a Node object without a machine: no kubelet ever registered it, and no pod can run there"
    phantoms = phantom_node.findings(target(cell, server))
    assert texts(phantoms) == [f"{name}  {without}" for name in sorted((known, "gone"))]
    assert absent_node.findings(target(cell, server)) == []


def test_every_active_host_is_a_node(cell: Cell) -> None:
    names = [host.name for pool in cell.pools for host in pool.hosts]
    assert list(absent_nodes(cell, names)) == []
    assert [(str(absent.subject), absent.message) for absent in absent_nodes(cell, names[1:])] == [
        (names[0], f"pool {cell.pools[0].name} has this host, and there is no such node")
    ]


@pytest.mark.parametrize(
    ("labels", "owner"),
    [
        ({}, "without the label app.kubernetes.io/managed-by=aerofleet"),
        ({"app.kubernetes.io/managed-by": "Helm"}, "managed by Helm"),
        ({"app.kubernetes.io/managed-by": "aerofleet", "aerofleet.io/cell": "there"}, "an object of cell there"),
    ],
    ids=["nobody's", "of a tool", "of a cell"],
)
def test_an_object_of_somebody_else_under_a_name_of_ours_is_found(
    labels: dict[str, str], owner: str, cell: Cell
) -> None:
    rendered = render_cell(cell)
    ours = list(rendered.objects())
    assert texts(foreign_object.findings(Target(cell, rendered, InMemoryServer(ours)))) == []
    for index, mine in enumerate(ours):
        if mine["kind"] == "Node":
            continue
        theirs = {**mine, "metadata": {**mine["metadata"], "labels": labels}}
        (text,) = texts(
            foreign_object.findings(Target(cell, rendered, InMemoryServer([*ours[:index], theirs, *ours[index + 1 :]])))
        )
        assert text.startswith(f"{mine['kind']} ")
        assert text.endswith(f'is there already, {owner}: `pulumi up` fails with "already exists"')
