"""A change of a neighbour changes no byte of a cluster: frozen values are allocated once, never derived."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aerofleet.files.choices import NetworkProfile
from aerofleet.fleet.allocate import allocations_path, allocations_text, next_allocations
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.load.whole_file import write_whole
from aerofleet.manifests import render_cell
from tests.fleet.project import SHOP, copy_of

NAMES = st.from_regex(r"[a-m][a-m0-9-]{0,10}[a-m0-9]", fullmatch=True)
CLUSTERS = st.dictionaries(NAMES, st.sampled_from(["plain@1", "plain@2", "secure@1"]), max_size=4)
TEAMS = st.dictionaries(NAMES, CLUSTERS, min_size=1, max_size=3)
KINDS = ("add cluster", "remove cluster", "add team", "remove team", "add host", "remove host")
HOSTS = {f"host-{number}": f"r{number % 2 + 1}" for number in range(8)}


@dataclass(frozen=True)
class Cell:
    """Team → cluster → tier; and host → rack."""

    teams: dict[str, dict[str, str]]
    hosts: dict[str, str]
    profile: NetworkProfile


def write(root: Path, cell: Cell) -> None:
    folder = root / "stacks" / "here"
    for file in (folder / "teams").iterdir():
        file.unlink()
    for team, clusters in cell.teams.items():
        data = {"team": team, "clusters": {name: {"tier": tier} for name, tier in clusters.items()}}
        (folder / "teams" / f"{team}.yaml").write_text(yaml.safe_dump(data))
    tenant = {
        "tiers": ["plain", "secure"],
        "pools": ["nvme"],
        "quota": {"clusters": 9, "pods": 99, "memory": "9Ti", "cpu": 999, "storage": "99Ti"},
    }
    (folder / "tenants.yaml").write_text(yaml.safe_dump({"teams": dict.fromkeys(cell.teams, tenant)}))
    hosts = yaml.safe_load((folder / "hosts.yaml").read_text())
    hosts["hosts"] = {
        name: {"model": "box", "rack": rack, "address": f"192.0.2.{number}"}
        for number, (name, rack) in enumerate(cell.hosts.items())
    }
    (folder / "hosts.yaml").write_text(yaml.safe_dump(hosts))
    cell_file = folder / "cell.yaml"
    cell_file.write_text(cell_file.read_text().replace("network: pod", f"network: {cell.profile.value}"))


def generate(root: Path) -> None:
    allocations = next_allocations(resolve_cell(root, "here"))
    assert allocations is not None
    write_whole(allocations_path(root, "here"), allocations_text(allocations))


def release(root: Path, gone: set[str]) -> None:
    """As after the steps of a cluster's end: its allocation is given back."""
    path = allocations_path(root, "here")
    data = yaml.safe_load(path.read_text())
    data["clusters"] = {key: value for key, value in data["clusters"].items() if key not in gone}
    path.write_text(yaml.safe_dump(data, sort_keys=False))


def resources(root: Path) -> dict[str, str]:
    """TEAM/CLUSTER → its AerospikeCluster, letter for letter."""
    resolution = resolve_cell(root, "here")
    assert resolution.cell is not None, resolution.findings
    rendered = render_cell(resolution.cell)
    return {
        f"{team.name}/{cluster.name}": json.dumps(cluster.objects[0])
        for team in rendered.teams
        for cluster in team.clusters
    }


def keys(cell: Cell) -> set[str]:
    return {f"{team}/{name}" for team, clusters in cell.teams.items() for name in clusters}


@st.composite
def changes(draw: Any) -> tuple[Cell, Cell]:
    """A cell before and after a cluster, a team or a host came or went."""
    profile = draw(st.sampled_from(list(NetworkProfile)))
    before = Cell(draw(TEAMS), HOSTS, profile)
    teams = {team: dict(clusters) for team, clusters in before.teams.items()}
    hosts = dict(HOSTS)
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(
            st.sampled_from(["add cluster", "remove cluster", "add team", "remove team", "add host", "remove host"])
        )
        team = draw(st.sampled_from(sorted(teams))) if teams else ""
        if kind == "add cluster" and team:
            teams[team].setdefault(draw(NAMES), "secure@1")
        elif kind == "remove cluster" and team and teams[team]:
            del teams[team][draw(st.sampled_from(sorted(teams[team])))]
        elif kind == "add team":
            teams.setdefault(draw(NAMES), draw(CLUSTERS))
        elif kind == "remove team" and team:
            del teams[team]
        elif kind == "add host":
            hosts[f"host-{draw(st.integers(100, 999))}"] = draw(st.sampled_from(["r1", "r2"]))
        elif kind == "remove host":
            hosts.pop(draw(st.sampled_from(sorted(HOSTS)[:3])), None)
    return before, Cell(teams, hosts, profile)


@settings(max_examples=25, deadline=None)
@given(changes())
def test_a_neighbour_that_comes_or_goes_changes_no_byte(change: tuple[Cell, Cell]) -> None:
    before, after = change
    with tempfile.TemporaryDirectory() as folder:
        root = copy_of(SHOP, Path(folder))
        release(root, {"shop/cart", "shop/session", "search/suggest"})
        write(root, before)
        generate(root)
        old = resources(root)
        write(root, after)
        release(root, keys(before) - keys(after))
        generate(root)
        new = resources(root)
    staying = keys(before) & keys(after)
    assert set(old) == keys(before)
    assert {key: old[key] for key in staying} == {key: new[key] for key in staying}
