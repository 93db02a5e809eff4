"""How near a namespace comes to its limits; the parameter has the name of the server version."""

from __future__ import annotations

import pytest

from aerofleet.sizing import Assumptions, Capacity, Device, NamespaceLoad, Storage, Workload, sized, thresholds

METAL = Capacity(256 << 30, 32, 25_000_000_000, (Device(400_000_000_000),) * 2)


def thresholds_at(storage: Storage, version: tuple[int, ...]) -> list[tuple[str, float, float, int]]:
    load = NamespaceLoad("n", storage, 50_000_000, 500, 1, 1)
    workload = Workload((load,), version, peak_factor=3, growth_per_month_percent=10)
    sizing = sized(workload, METAL, 3, 1, Assumptions(months=2))
    return [(threshold.parameter, threshold.now, threshold.date, threshold.stop) for threshold in thresholds(sizing)]


def test_indexes_against_their_budget_and_data_against_its_size() -> None:
    """50 M records grow by 1.1² = 1.21 to 60.5 M, all of them on each of two nodes left. Indexes: 3.2 and 3.872 GB of
    4 GiB. Data: 3,052 and 3,693 blocks of 8 × (770 + 2) = 6,176."""
    assert thresholds_at(Storage.MEMORY, (8, 1, 1)) == [
        ("indexes-memory-budget", 74.5, 90.2, 100),
        ("stop-writes-used-pct", 49.4, 59.8, 70),
    ]


@pytest.mark.parametrize(
    ("storage", "version", "parameters"),
    [
        (Storage.MEMORY, (6, 0), ["stop-writes-pct"]),
        (Storage.DEVICE, (6, 0), ["stop-writes-pct"]),
        (Storage.DEVICE, (6, 3), ["stop-writes-pct", "max-used-pct"]),
        (Storage.DEVICE, (6, 4), ["stop-writes-pct", "max-used-pct"]),
        (Storage.DEVICE, (7, 0), ["stop-writes-used-pct"]),
        (Storage.DEVICE, (7, 1), ["indexes-memory-budget", "stop-writes-used-pct"]),
        (Storage.ALL_FLASH, (8, 1), ["stop-writes-used-pct"]),
    ],
)
def test_the_parameters_of_a_version(storage: Storage, version: tuple[int, ...], parameters: list[str]) -> None:
    """Configuration schemas: max-used-pct since 6.3, the names of today since 7.0, the budget since 7.1."""
    found = thresholds_at(storage, version)
    assert [parameter for parameter, *_ in found] == parameters
    assert all(now <= date < stop for _, now, date, stop in found)
