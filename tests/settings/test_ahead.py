"""Clusters that are ahead of the others get their revision or server version; no other cluster changes."""

from __future__ import annotations

from pathlib import Path

from aerofleet.fleet.resolve import Resolution, resolve_cell
from tests.fleet.project import SHOP, change, copy_of

FIRST = {"file": "templates/tiers/plain.yaml", "replace": "tier: plain\n", "by": "tier: plain\ncurrent: '1'\n"}


def resolved(folder: Path, ahead: str) -> Resolution:
    root = copy_of(SHOP, folder)
    change(root, FIRST)
    change(root, {"file": "stacks/here/cell.yaml", "replace": "networks:", "by": f"ahead: {ahead}\nnetworks:"})
    return resolve_cell(root, "here")


def test_a_cluster_that_follows_a_tier_gets_its_revision(tmp_path: Path) -> None:
    cell = resolved(tmp_path, "[{tier: plain@2, clusters: [search/suggest]}]").cell
    assert cell
    assert {cluster.key: cluster.tier.reference for cluster in cell.clusters} == {
        "search/suggest": "plain@2",
        "shop/cart": "secure@1",
        "shop/session": "plain@1",
    }


def test_a_cluster_that_follows_a_channel_gets_its_version(tmp_path: Path) -> None:
    resolution = resolved(tmp_path, "[{channel: stable, version: 8.1.2.6, clusters: [shop/session]}]")
    assert resolution.cell, resolution.findings
    assert {cluster.key: cluster.server_version for cluster in resolution.cell.clusters} == {
        "search/suggest": "8.1.1.1",
        "shop/cart": "8.1.1.1",
        "shop/session": "8.1.2.6",
    }
    origin = resolution.settings["shop/session"].merged.origins["channel",]
    assert (origin.value, str(origin.layer.locate(origin.path))) == ("8.1.2.6", "stacks/here/cell.yaml:25:27")
