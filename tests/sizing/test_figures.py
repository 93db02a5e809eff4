"""Each figure's formula, reckoned from its inputs, gives its value: what is explained is what was done."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from aerofleet.sizing import (
    Assumptions,
    Bin,
    Capacity,
    Device,
    NamespaceLoad,
    Particle,
    Record,
    Sizing,
    Storage,
    Survive,
    Workload,
    figures,
    size,
    sized,
)
from tests.sizing.arithmetic import reckon
from tests.sizing.workloads import METAL, assumptions, workloads


def assert_formulas_hold(sizing: Sizing) -> None:
    for need in (sizing.now, sizing.peak, sizing.date):
        for figure in figures(sizing, need):
            assert float(reckon(figure.formula, figure.inputs)) == pytest.approx(figure.value, rel=1e-12), str(figure)


@settings(max_examples=60, deadline=None)
@given(workloads(), assumptions())
def test_formulas_give_the_values(workload: Workload, assumed: Assumptions) -> None:
    assert_formulas_hold(sized(workload, METAL, 3, 2, assumed))


@pytest.mark.parametrize(("racks", "nodes_per_rack"), [(1, 4), (2, 3), (4, 1), (5, 2)])
@pytest.mark.parametrize("copies", [1, 2, 3, 4])
def test_formulas_give_the_values_of_every_loss(racks: int, nodes_per_rack: int, copies: int) -> None:
    survive = Survive.RACK if racks > 1 else Survive.NODE
    workload = Workload((replace(SHOP, replication_factor=copies),), (8, 1, 1))
    assert_formulas_hold(sized(workload, METAL, racks, nodes_per_rack, Assumptions(survive=survive)))


SHOP = NamespaceLoad(
    "shop", Storage.DEVICE, 200_000_000, 1500, 40_000, 8_000, secondary_indexes=(200_000_000,), set_indexes=(500_000,)
)
LARGE = Capacity(256 << 30, 32, 25_000_000_000, (Device(1_600_000_000_000, 30, 3),) * 4)


@pytest.mark.parametrize("storage", Storage)
def test_every_part_of_the_memory_is_explained(storage: Storage) -> None:
    load = NamespaceLoad("shop", storage, 200_000_000, 1500, 40_000, 8_000, secondary_indexes=(200_000_000,))
    sizing = size(Workload((load,), (8, 1, 1), peak_factor=3), LARGE, 3)
    found = {figure.name: figure for figure in figures(sizing)}
    assert found["memory request = limit"].value == sizing.pod.memory_bytes
    parts = found["memory of the process"].value + found["memory of the namespace"].value
    assert found["memory taken"].value == parts
    assert all(figure.source and figure.unit for figure in found.values())


@pytest.mark.parametrize("version", [(6, 0), (6, 4), (7, 0), (7, 1), (8, 0), (8, 1, 1)])
@pytest.mark.parametrize("storage", Storage)
def test_what_a_figure_is_made_from_is_explained_too(storage: Storage, version: tuple[int, ...]) -> None:
    """Every input is a figure of its own, or given: by the workload, the planning figures, the server's constants."""
    load = NamespaceLoad("n", storage, 200_000_000, RECORD, 40_000, 8_000, 2, False, 1000, (1000, 1000), (500,))
    other = replace(load, name="m", storage=Storage.DEVICE, objects=77_000_000, reads_per_second=9_000)
    sizing = sized(Workload((load, other), version, peak_factor=3), LARGE, 3, 2, Assumptions(survive=Survive.RACK))
    found = figures(sizing)
    values = {figure.value for figure in found}
    unexplained = {
        f"{figure.name}: {name}"
        for figure in found
        for name, value in figure.inputs.items()
        if value > 4096 and name not in GIVEN and value not in values
    }
    assert unexplained == set()


def test_a_figure_that_the_site_measured_has_no_published_source() -> None:
    measured = Assumptions(device_operations_per_core=20_000)
    found = {figure.name: figure for figure in figures(size(Workload((SHOP,), (8, 1, 1)), LARGE, 3, measured))}
    assert found["processor time"].source == "the site's own device_operations_per_core"
    assert found["network"].source.startswith("planning figure: half of the line")


def test_growth_is_explained() -> None:
    """100 M records, two per cent a month, are 1.02 ^ 3 = 1.061208 times as many after three months."""
    load = replace(SHOP, objects=100_000_000, secondary_indexes=(), set_indexes=(), reads_per_second=0)
    sizing = size(Workload((load,), (8, 1, 1), growth_per_month_percent=2), LARGE, 3, Assumptions(months=3))
    grown = [figure for figure in figures(sizing) if "power" in figure.formula]
    assert [(figure.name, figure.value) for figure in grown] == [("objects", 106_120_800), ("writes_per_second", 8490)]
    assert not [figure for figure in figures(sizing, sizing.now) if "power" in figure.formula]
    assert_formulas_hold(sizing)


RECORD = Record((Bin("text", Particle.STRING, 2000),), "set")
GIVEN = {
    *("objects", "tombstones", "entries", "records_of_set", "records_of_set_1"),
    *("reads_per_second", "writes_per_second"),
    *(
        "blocks_per_10000",
        "class_step",
        "set_slack",
        "stage",
        "GiB",
        "MiB",
        "block",
        "header",
        "minimum",
        "seconds",
        "write_cache",
        "post_write_cache",
        "heap_bytes",
    ),
    *("connections", "connection_bytes", "operations_per_core", "bins", "act_written"),
}


def test_a_figure_reads_as_name_value_formula_inputs_and_source() -> None:
    sizing = size(Workload((SHOP,), (8, 1, 1)), LARGE, 3)
    text = str(next(figure for figure in figures(sizing) if figure.name == "primary index"))
    assert text.splitlines() == [
        "shop: primary index = 12,800,000,000 B",
        "  64 × records",
        "  records = 200,000,000",
        "  64 B an entry (aerospike-server base/index.h)",
    ]
