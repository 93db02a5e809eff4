"""Revisions of tiers: which one a cluster gets, and that the project's own say why their values are what they are."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from aerofleet.cli import main
from aerofleet.model import resolve_cell
from tests.model.project import ROOT, SHOP, change, copy_of

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


@pytest.mark.parametrize("path", sorted((ROOT / "templates" / "tiers").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_tier_says_why_it_is_what_it_is(path: Path) -> None:
    comments = [line for line in path.read_text().splitlines() if line.lstrip().startswith("# ")]
    assert len(comments) >= 3
    assert all(each["description"] for each in yaml.safe_load(path.read_text())["revisions"].values())


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
