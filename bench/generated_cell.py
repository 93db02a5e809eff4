"""Write the definitions of a cell of any size, equal in every run: many teams with clusters of the tests' tiers."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from aerofleet.fleet.allocate import allocations_path, allocations_text, next_allocations
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.load.whole_file import write_whole

CLUSTERS_PER_TEAM = 8
TIERS = ("bronze", "silver", "gold", "ledger")
CELL = "generated"
RACKS = ("r1", "r2", "r3")
CLUSTERS_PER_HOST = 3
"""Of each rack: what the hosts of the model can hold of the tiers' pods."""
LEAST_HOSTS_PER_RACK = 20


def write_cell(project: Path, root: Path, clusters: int, name: str = CELL) -> None:
    """Write a cell of ``clusters`` clusters under ``root``, with the tiers and the platform files of ``project``."""
    shutil.copytree(project / "templates", root / "templates", dirs_exist_ok=True)
    folder = root / "stacks" / name
    (folder / "teams").mkdir(parents=True)
    local = project / "stacks" / "local"
    cell_text = (local / "cell.yaml").read_text().replace("cell: local", f"cell: {name}")
    (folder / "cell.yaml").write_text(cell_text)
    shutil.copy(local / "pools.yaml", folder / "pools.yaml")
    hosts = yaml.safe_load((local / "hosts.yaml").read_text())
    hosts["hosts"] = {
        f"{rack}-host-{number}": {
            "model": "metal-a",
            "rack": rack,
            "address": f"10.{20 + rack_number}.{number // 250}.{number % 250}",
        }
        for rack_number, rack in enumerate(RACKS)
        for number in range(max(LEAST_HOSTS_PER_RACK, -(-clusters // CLUSTERS_PER_HOST)))
    }
    write(folder / "hosts.yaml", hosts)
    teams: dict[str, dict[str, object]] = {f"team-{number}": {} for number in range(-(-clusters // CLUSTERS_PER_TEAM))}
    for number in range(clusters):
        teams[f"team-{number // CLUSTERS_PER_TEAM}"][f"cluster-{number}"] = cluster(number)
    for team, content in teams.items():
        write(folder / "teams" / f"{team}.yaml", {"team": team, "clusters": content})
    write(folder / "tenants.yaml", {"teams": {team: tenant() for team in teams}})
    allocations = next_allocations(resolve_cell(root, name))
    assert allocations is not None  # noqa: S101
    write_whole(allocations_path(root, name), allocations_text(allocations))


def cluster(number: int) -> dict[str, object]:
    """Return what a team writes for a cluster: tier and workload; for some clusters also users or a namespace."""
    tier = TIERS[number % len(TIERS)]
    definition: dict[str, object] = {
        "tier": tier,
        "workload": {"objects": f"{number % 90 + 10}M", "record": "600B", "reads": "20k/s", "writes": "5k/s"},
    }
    if tier in ("gold", "ledger"):
        definition["users"] = [{"name": "service", "roles": ["read-write"]}]
    if number % 5 == 0:
        definition["namespaces"] = [{"name": "main", "defaultTtl": "30d"}]
    return definition


def tenant() -> dict[str, object]:
    """Return a tenant whose limits no generated team exceeds."""
    quota = {"clusters": 20, "pods": 200, "memory": "20Ti", "cpu": 2000, "storage": "900Ti"}
    return {
        "tiers": list(TIERS),
        "pools": ["nvme"],
        "quota": quota,
        "clientNamespaces": ["apps"],
        "groups": ["people"],
        "overridable": ["users", "namespaces"],
    }


def write(path: Path, data: object) -> None:
    path.write_text(yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False))
