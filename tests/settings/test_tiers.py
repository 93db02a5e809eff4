"""Revisions of tiers: which one a cluster gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.cli import main
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.manifests.aerospike_cluster import aerospike_cluster
from tests.fleet.project import SHOP, change, copy_of

PLAIN = "templates/tiers/plain.yaml"


def tier_of(root: Path, cluster: str) -> str:
    return resolve_cell(root, "here").settings[cluster].tier.reference


def test_a_name_alone_is_the_highest_revision() -> None:
    assert tier_of(SHOP, "search/suggest") == "plain@2"
    assert tier_of(SHOP, "shop/session") == "plain@1"


def test_a_canary_runs_ahead_of_the_current_revision(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, {"file": PLAIN, "replace": "tier: plain\n", "by": 'tier: plain\ncurrent: "1"\n'})
    change(root, {"file": "stacks/here/teams/shop.yaml", "replace": "tier: plain@1", "by": "tier: plain@2"})
    assert tier_of(root, "search/suggest") == "plain@1"
    assert tier_of(root, "shop/session") == "plain@2"


def test_a_new_revision_changes_nobody_while_another_is_current(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, {"file": PLAIN, "replace": "tier: plain\n", "by": 'tier: plain\ncurrent: "2"\n'})
    before = resolve_cell(root, "here").cell
    text = (root / PLAIN).read_text()
    (root / PLAIN).write_text(text + '  "3": {extends: plain@2, settings: {resources: {cpu: 3}}}\n')
    assert before is not None
    assert resolve_cell(root, "here").cell == before


FOR_OLDER = """
    forServers:
      - {before: "7.1", settings: {namespaceDefaults: {storageConfig: {stop-writes-used-pct: null, max-used-pct: 60}}}}
      - {since: "7.1", before: "8.0", settings: {service: {proto-fd-max: 7100}}}
"""
ALLOWED = {
    "file": "stacks/here/tenants.yaml",
    "replace": "storage: 1Ti}",
    "by": "storage: 1Ti}\n    overridable: [channel]",
}


@pytest.mark.parametrize(
    ("channel", "connections", "memory", "storage"),
    [
        ("stable", 20000, "indexes-memory-budget", {"data-size": 2 << 30, "stop-writes-used-pct": 60}),
        ("older", 7100, "indexes-memory-budget", {"data-size": 2 << 30, "stop-writes-used-pct": 60}),
        ("6.4.0.20", 20000, "memory-size", {"max-used-pct": 60}),
    ],
)
def test_a_tier_follows_the_version_of_the_server(
    channel: str, connections: int, memory: str, storage: dict[str, int], tmp_path: Path
) -> None:
    root = copy_of(SHOP, tmp_path)
    text = (
        (root / PLAIN).read_text().replace("memory\n", "memory\n        storageConfig: {stop-writes-used-pct: 60}\n", 1)
    )
    (root / PLAIN).write_text(text + FOR_OLDER)
    change(
        root,
        {
            "file": "stacks/here/teams/search.yaml",
            "replace": "tier: plain",
            "by": f"tier: plain\n    channel: {channel}",
        },
    )
    change(root, ALLOWED)
    resolution = resolve_cell(root, "here")
    assert resolution.cell is not None, resolution.findings
    suggest = next(cluster for cluster in resolution.cell.clusters if cluster.name == "suggest")
    config = aerospike_cluster(resolution.cell, suggest)["spec"]["aerospikeConfig"]
    (namespace,) = config["namespaces"]
    assert config["service"]["proto-fd-max"] == connections
    assert namespace["storage-engine"] == {"type": "memory", **storage}
    assert {"indexes-memory-budget", "memory-size"} & namespace.keys() == {memory}
    # 1M records × 128 bytes and 512 MiB for the indexes; before 7.0 the same limit holds the 2 GiB of data.
    assert namespace[memory] == 128_000_000 + (512 << 20) + (2 << 30 if memory == "memory-size" else 0)


def test_a_cluster_that_wants_fewer_racks_leaves_the_last_ones_and_gets_the_same_back(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    before = resolve_cell(root, "here").cell
    change(root, {"file": PLAIN, "replace": "racks: 2", "by": "racks: 1"})
    change(root, {"file": PLAIN, "replace": "size: 1\n", "by": "size: 2\n"})
    assert main(["generate", "--root", str(root)]) == 0
    cell = resolve_cell(root, "here").cell
    assert cell is not None
    for cluster in cell.clusters:
        assert ([rack.id for rack in cluster.racks], cluster.size) == ([1], 2)
    change(root, {"file": PLAIN, "replace": "racks: 1", "by": "racks: 2"})
    change(root, {"file": PLAIN, "replace": "size: 2\n", "by": "size: 1\n"})
    assert before is not None
    assert resolve_cell(root, "here").cell == before


@pytest.mark.parametrize(("size", "least"), [(1, 1), (2, 3), (3, 4), (4, 5)])
def test_a_majority_makes_a_cluster_and_leaves_room_for_a_restart(size: int, least: int, tmp_path: Path) -> None:
    """The plain tier has two racks."""
    root = copy_of(SHOP, tmp_path)
    settings = f"tier: plain\n    size: {size}\n    minClusterSize: majority"
    change(root, {"file": "stacks/here/teams/search.yaml", "replace": "tier: plain", "by": settings})
    for path in (root / "stacks/here").glob("*.yaml"):
        path.write_text(path.read_text().replace("pods: 4, memory: 32Gi, cpu: 8", "pods: 40, memory: 320Gi, cpu: 80"))
    tenants = root / "stacks/here/tenants.yaml"
    tenants.write_text(tenants.read_text() + "    overridable: [minClusterSize]\n")
    hosts = root / "stacks/here/hosts.yaml"
    more = [f"  more-{n}: {{model: box, rack: r{n % 2 + 1}, address: 192.0.2.{n + 10}}}" for n in range(8)]
    hosts.write_text("\n".join([hosts.read_text().rstrip(), *more, ""]))
    resolution = resolve_cell(root, "here")
    assert resolution.cell is not None, resolution.findings
    cluster = next(cluster for cluster in resolution.cell.clusters if cluster.name == "suggest")
    config = aerospike_cluster(resolution.cell, cluster)["spec"]["aerospikeConfig"]
    assert config["service"]["min-cluster-size"] == least
