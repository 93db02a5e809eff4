"""Each figure's formula, reckoned from its inputs, gives its value: what is explained is what was done."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from aerofleet.aerospike.sizing import (
    Assumptions,
    Device,
    Metal,
    NamespaceLoad,
    Sizing,
    Storage,
    Workload,
    figures,
    size,
    sized,
)
from tests.aerospike.sizing.arithmetic import reckon
from tests.aerospike.sizing.workloads import METAL, assumptions, workloads


def assert_formulas_hold(sizing: Sizing) -> None:
    for need in (sizing.now, sizing.peak, sizing.date):
        for figure in figures(sizing, need):
            assert float(reckon(figure.formula, figure.inputs)) == pytest.approx(figure.value, rel=1e-12), str(figure)


@settings(max_examples=60, deadline=None)
@given(workloads(), assumptions())
def test_formulas_give_the_values(workload: Workload, assumed: Assumptions) -> None:
    assert_formulas_hold(sized(workload, METAL, 3, 2, assumed))


SHOP = NamespaceLoad(
    "shop", Storage.DEVICE, 200_000_000, 1500, 40_000, 8_000, secondary_indexes=(200_000_000,), set_indexes=(500_000,)
)
LARGE = Metal(256 << 30, 32, 25_000_000_000, (Device(1_600_000_000_000, 30, 3),) * 4)


@pytest.mark.parametrize("storage", Storage)
def test_every_part_of_the_memory_is_explained(storage: Storage) -> None:
    load = NamespaceLoad("shop", storage, 200_000_000, 1500, 40_000, 8_000, secondary_indexes=(200_000_000,))
    sizing = size(Workload((load,), (8, 1, 1), peak_factor=3), LARGE, 3)
    found = {each.name: each for each in figures(sizing)}
    assert found["memory request = limit"].value == sizing.pod.memory_bytes
    parts = found["memory of the process"].value + found["memory of the namespace"].value
    assert found["memory taken"].value == parts
    assert all(each.source and each.unit for each in found.values())


def test_a_figure_reads_as_name_value_formula_inputs_and_source() -> None:
    sizing = size(Workload((SHOP,), (8, 1, 1)), LARGE, 3)
    text = str(next(each for each in figures(sizing) if each.name == "primary index"))
    assert text.splitlines() == [
        "primary index = 12,800,000,000 B",
        "  64 × records",
        "  records = 200,000,000",
        "  64 B an entry (aerospike-server base/index.h)",
    ]
