"""An operator upgrade in three reviewed steps: all clusters paused, operator switched, clusters released one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.fleet.resolve import resolve_cell
from aerofleet.manifests import render_cell
from tests.fleet.project import SHOP, change, copy_of

EVERY = {"shop/cart", "shop/session", "search/suggest"}


@pytest.mark.parametrize(
    ("phase", "paused"),
    [
        ("phase: prepare\n  previousVersion: 4.4.1", EVERY),
        ("phase: switch\n  previousVersion: 4.4.1", EVERY),
        ("phase: release", set()),
        ("phase: release\n  releaseOrder: [shop/cart]", EVERY - {"shop/cart"}),
        ("phase: release\n  releaseOrder: [shop/cart, shop/session, search/suggest]", set()),
    ],
)
def test_what_is_paused(phase: str, paused: set[str], tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    by = f"version: 4.5.0\n  {phase}"
    change(root, {"file": "stacks/here/cell.yaml", "replace": "version: 4.5.0", "by": by})
    cell = resolve_cell(root, "here").cell
    assert cell is not None
    found = {
        f"{team.name}/{cluster.name}"
        for team in render_cell(cell).teams
        for cluster in team.clusters
        if cluster.objects[0]["spec"].get("paused")
    }
    assert found == paused
