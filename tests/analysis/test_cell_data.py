"""What the definitions of a cell say of data and speed, as the forecasts get it."""

from __future__ import annotations

from dataclasses import replace

from aerofleet.analysis.cell import CellAnalysis, analyse_cell
from aerofleet.analysis.cell_change import cell_change
from aerofleet.analysis.cell_data import CellData, resolved_clusters
from aerofleet.forecast.rates import DEFAULT_RATES
from aerofleet.forecast.span import Span
from tests.fleet.project import SHOP

CELL, TEAM = "stacks/here/cell.yaml", "stacks/here/teams/shop.yaml"


def shop(measured: str = "") -> CellAnalysis:
    return analyse_cell(SHOP, "here", {CELL: (SHOP / CELL).read_text() + measured})


def test_the_data_is_that_of_the_workload() -> None:
    side = shop()
    cluster = next(resolved_clusters(side))
    load, _ = CellData(None, side.resolution)(f"{cluster.namespace}/{cluster.resource_name}")
    assert load is not None
    workload, names = cluster.settings.workload, [one.name for one in cluster.settings.namespaces]
    assert load.keys() == set(names)
    assert sum(data.records for data in load.values()) >= workload.objects
    assert all(data.record_bytes >= workload.record for data in load.values())


def test_a_measured_figure_replaces_the_range() -> None:
    side = shop("measured: {stopSeconds: 7, networkBytesPerSecond: 1000000}\n")
    assert not [finding for finding in side.findings if finding.location and finding.location.file == CELL]
    cluster = next(resolved_clusters(side))
    _, rates = CellData(side.resolution, side.resolution)(f"{cluster.namespace}/{cluster.resource_name}")
    expected = replace(DEFAULT_RATES, stop_seconds=Span(7, 7), network_bytes_per_second=Span(1_000_000, 1_000_000))
    assert rates == expected


def test_an_unknown_cluster_has_planning_figures_only() -> None:
    assert CellData(None, shop().resolution)("no/such") == (None, DEFAULT_RATES)


def test_a_change_of_a_cell_has_bytes_and_time() -> None:
    new = analyse_cell(SHOP, "here", {TEAM: (SHOP / TEAM).read_text()})
    change = cell_change("here", None, new)
    forecasts = [forecast for cluster in change.change.clusters if (forecast := cluster.forecast)]
    assert forecasts
    assert all(forecast.seconds and forecast.moved_bytes == Span(0, 0) for forecast in forecasts)
