"""Each constraint in turn binds a cluster: it is named, and it is what fails with a node less in each rack."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from aerofleet.sizing import (
    Assumptions,
    Capacity,
    Constraint,
    Device,
    NamespaceLoad,
    Storage,
    Workload,
    size,
    sized,
)
from aerofleet.sizing.moment import months_between

GIB = 1 << 30
AMPLE = Capacity(1024 * GIB, 256, 10**12, (Device(20_000_000_000_000, 10_000, 100),) * 4)
LOAD = NamespaceLoad("n", Storage.DEVICE, 500_000_000, 2000, 300_000, 60_000)
WORKLOAD = Workload((LOAD,), (8, 1, 1))
ASSUMED = Assumptions(operations_per_node=10_000_000)

SCARCE = {
    Constraint.MEMORY: replace(AMPLE, memory_bytes=24 * GIB),
    Constraint.DEVICE_CAPACITY: replace(AMPLE, devices=(Device(400_000_000_000, 10_000, 100),) * 2),
    Constraint.DEVICE_SPEED: replace(AMPLE, devices=(Device(20_000_000_000_000, 20, 100),) * 2),
    Constraint.ENDURANCE: replace(AMPLE, devices=(Device(20_000_000_000_000, 10_000, 0.1),) * 2),
    Constraint.NETWORK: replace(AMPLE, network_bits_per_second=2_000_000_000),
    Constraint.CORES: replace(AMPLE, cores=8),
}


@pytest.mark.parametrize("constraint", SCARCE)
def test_what_is_scarce_binds(constraint: Constraint) -> None:
    assert_binds(constraint, SCARCE[constraint], ASSUMED)


def test_operations_of_a_node_bind() -> None:
    assert_binds(Constraint.OPERATIONS, AMPLE, Assumptions(operations_per_node=50_000))


def assert_binds(constraint: Constraint, capacity: Capacity, assumed: Assumptions) -> None:
    sizing = size(WORKLOAD, capacity, 3, assumed)
    assert sizing.fits
    assert sizing.nodes > 3
    assert sizing.binding == constraint
    fewer = sized(WORKLOAD, capacity, 3, sizing.nodes_per_rack - 1, assumed)
    assert [finding.constraint for finding in fewer.missing] == [constraint]


def test_a_need_that_nodes_do_not_share_is_not_what_binds() -> None:
    """Memory is full to the last GiB, and would be with any number of nodes; the devices are what asks for nodes."""
    load = NamespaceLoad("n", Storage.DEVICE, 100_000, 1 << 20, 100, 10)
    capacity = Capacity(5 * GIB, 8, 10**10, (Device(40_000_000_000),))
    sizing = size(Workload((load,), (8, 1, 1)), capacity, 3)
    tightest = max(sizing.comparisons, key=lambda comparison: comparison.use)
    assert (tightest.constraint, tightest.use) == (Constraint.MEMORY, 1)
    assert sizing.binding == Constraint.DEVICE_CAPACITY


def test_unequal_devices_are_as_fast_and_as_durable_as_the_weakest() -> None:
    """Load spreads evenly over the devices of a namespace."""
    mixed = Capacity(GIB, 1, 1, (Device(10, 30, 3), Device(10, 50, 1)))
    assert mixed.act_rating == 60
    assert mixed.writable_bytes_per_day == 20
    assert replace(mixed, devices=(*mixed.devices, Device(10))).act_rating == 0


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 11, 24), date(2026, 11, 24), 0),
        (date(2026, 11, 24), date(2026, 11, 25), 1),
        (date(2026, 11, 24), date(2027, 1, 24), 2),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2026, 1, 15), date(2026, 2, 16), 2),
    ],
)
def test_months_that_have_begun(first: date, last: date, months: int) -> None:
    assert months_between(first, last) == months
