"""What the platform's files become: the hosts of a pool, and what a tenant may use."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.fleet.cell import Cell
from aerofleet.fleet.resolve import resolve_cell
from tests.fleet.project import SHOP, change, copy_of


def cell_with(folder: Path, file: str, old: str, new: str) -> Cell:
    root = copy_of(SHOP, folder)
    change(root, {"file": f"stacks/here/{file}", "replace": old, "by": new})
    resolution = resolve_cell(root, "here")
    assert resolution.cell is not None, resolution.findings
    return resolution.cell


@pytest.mark.parametrize(
    ("selector", "hosts"),
    [
        ("models: [box]", ["host-1", "host-2", "host-3", "host-4"]),
        ("hosts: [host-1, host-3]", ["host-1", "host-3"]),
        ("models: [box]\n    hosts: [host-4]", ["host-1", "host-2", "host-3", "host-4"]),
    ],
)
def test_a_pool_takes_hosts_by_their_model_and_by_their_name(selector: str, hosts: list[str], tmp_path: Path) -> None:
    (pool,) = cell_with(tmp_path, "pools.yaml", "models: [box]", selector).pools
    assert [host.name for host in pool.hosts] == hosts


@pytest.mark.parametrize(("cpu", "millicores"), [("16", 16_000), ("16500m", 16_500)])
def test_a_quota_holds_parts_of_a_core_too(cpu: str, millicores: int, tmp_path: Path) -> None:
    cell = cell_with(tmp_path, "tenants.yaml", "memory: 64Gi, cpu: 16", f"memory: 64Gi, cpu: {cpu}")
    assert {team.name: team.tenant.quota.cpu for team in cell.teams}["shop"] == millicores
