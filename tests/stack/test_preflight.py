"""What is asked of a Kubernetes cluster for clusters that are there no more. The rest is asked of a real API server."""

from __future__ import annotations

from pathlib import Path

from aerofleet.model import resolve_cell
from aerofleet.model.resolved import Cell
from aerofleet.stack.embedded_secrets import random_secrets
from aerofleet.stack.name import StackName
from aerofleet.stack.preflight import kubernetes_version, secrets
from components.program import inventory
from tests.model.project import SHOP, change, copy_of


class NothingThere:
    def version(self) -> str:
        return "1.35.4"

    def serves(self, api_version: str, kind: str) -> bool:
        return False

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> None:
        return None

    def names(self, api_version: str, kind: str, namespace: str) -> frozenset[str]:
        return frozenset()


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


def told_of_cart(cell: Cell) -> tuple[bool, bool, bool]:
    """Is it in the stack's outputs, are its Secrets missed, and would they be made?"""
    return (
        "shop/cart" in inventory(StackName("here"), cell),
        any(each.path == "shop/cart" for each in secrets(cell, NothingThere())),
        any("cart" in each["metadata"]["name"] for each in random_secrets(cell)),
    )


def test_a_deleted_cluster_needs_nothing_and_answers_nowhere(tmp_path: Path) -> None:
    assert told_of_cart(cell_with_cart(tmp_path / "before", "frozen")) == (True, True, True)
    assert told_of_cart(cell_with_cart(tmp_path / "after", "deleted")) == (False, False, False)


def test_a_patch_level_of_kubernetes_is_no_mistake(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, {"file": "stacks/here/cell.yaml", "replace": '"1.35"', "by": '"1.35.9"'})
    cell = resolve_cell(root, "here").cell
    assert cell is not None
    assert list(kubernetes_version(cell, NothingThere())) == []
