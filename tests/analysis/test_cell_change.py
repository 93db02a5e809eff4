"""The change of a cell between two analyses: pairs by identity, and mistakes that leave it unknown."""

from __future__ import annotations

import datetime
from typing import Any

from aerofleet.analysis.cell import CellAnalysis, analyse_cell
from aerofleet.analysis.cell_change import cell_change, fleet_change
from aerofleet.analysis.change import analyse_change
from aerofleet.findings.effect import Effect
from aerofleet.units.aerospike_cluster import is_cluster
from tests.fleet.project import SHOP

TEAM = "stacks/here/teams/shop.yaml"


def shop(old: str = "", new: str = "") -> CellAnalysis:
    """Return the analysis of the cell, with ``old`` replaced by ``new`` in its team's file."""
    text = (SHOP / TEAM).read_text()
    assert old in text
    return analyse_cell(SHOP, "here", {TEAM: text.replace(old, new)})


def test_equal_sides_have_no_effect() -> None:
    change = cell_change("here", shop(), shop())
    assert change.is_known
    assert {cluster.effect for cluster in change.change.clusters} == {Effect.NONE}
    assert not change.change.objects


CELL = "stacks/here/cell.yaml"


def test_a_mistake_in_the_file_of_the_cell_leaves_the_change_unknown() -> None:
    broken = analyse_cell(SHOP, "here", {CELL: (SHOP / CELL).read_text().replace("network:", "netwrk:")})
    change = cell_change("here", shop(), broken)
    assert not change.is_known
    assert not change.change.clusters


def test_a_mistake_in_a_cluster_leaves_that_cluster_out_of_both_sides() -> None:
    change = cell_change("here", shop(), shop("tier: secure", "tier: secur"))
    assert change.is_known
    assert change.left_out.clusters == change.out_of_head.clusters != frozenset()
    assert not change.left_out.teams
    (left_out,) = change.left_out.clusters
    assert left_out not in {cluster.key for cluster in change.clusters().values()}
    assert {one.effect for one in change.change.clusters} <= {Effect.NONE}
    assert left_out in {cluster.key for cluster in change.full_base.resolution.cell.clusters}  # type: ignore[union-attr]


def test_a_file_that_cant_be_read_leaves_its_team_out_of_both_sides() -> None:
    change = cell_change("here", shop(), shop("team: shop", "team: {"))
    assert change.left_out.teams == {"shop"}
    assert [one.subject.name for one in change.change.clusters] == ["aerospike-search/suggest"]
    assert not change.change.objects


def test_a_cluster_beyond_its_grants_is_judged_in_head_and_does_not_run_in_base() -> None:
    beyond = shop("      reads: 5k/s", "      reads: 5k/s\n    resources: {memory: 9Gi}")
    assert beyond.rendered is None
    change = cell_change("here", shop(), beyond)
    assert not change.left_out
    assert [one.effect for one in change.change.clusters if one.effect > Effect.NONE] == [Effect.MOVES_DATA]
    assert cell_change("here", beyond, shop()).out_of_base.clusters == {"shop/session"}


def test_a_cell_that_goes_deletes_its_clusters() -> None:
    (change,) = fleet_change({"here": shop()}, {}, datetime.date(2026, 1, 1)).cells
    assert {reason.rule for cluster in change.change.clusters for reason in cluster.reasons} == {"deleted"}
    assert set(change.clusters()) == {cluster.subject.name for cluster in change.change.clusters}


def test_a_single_cluster_under_another_name_is_another_cluster() -> None:
    cluster = next(resource for resource in shop_objects() if is_cluster(resource))
    renamed = {**cluster, "metadata": {**cluster["metadata"], "name": "other"}}
    of_files = analyse_change([cluster], [renamed])
    assert [change.reasons[0].rule for change in of_files.clusters] == ["identity"]
    of_cells = analyse_change([cluster], [renamed], by_name=True)
    assert {reason.rule for change in of_cells.clusters for reason in change.reasons} >= {"deleted"}
    assert len(of_cells.clusters) == 2


def shop_objects() -> list[dict[str, Any]]:
    """Return the rendered objects of the cell."""
    rendered = shop().rendered
    assert rendered
    return list(rendered.objects())
