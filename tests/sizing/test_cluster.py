"""What a cluster has to be, whatever its load: copies, a majority, and something left after the loss."""

from __future__ import annotations

import pytest

from aerofleet.sizing import (
    Assumptions,
    Capacity,
    Constraint,
    Device,
    NamespaceLoad,
    Storage,
    Survive,
    Workload,
    size,
    sized,
)

GIB = 1 << 30
METAL = Capacity(64 * GIB, 16, 25_000_000_000)


def workload(replication_factor: int = 2, *, strong_consistency: bool = False) -> Workload:
    load = NamespaceLoad("n", Storage.MEMORY, 1000, 100, 1, 1, replication_factor, strong_consistency)
    return Workload((load,), (8, 1, 1))


@pytest.mark.parametrize(
    ("copies", "consistent", "racks", "nodes_per_rack", "least"),
    [(2, False, 1, 1, 3), (2, False, 2, 1, 3), (5, False, 1, 3, 5), (3, True, 3, 1, 4)],
)
def test_a_given_size_below_copies_and_majority_does_not_fit(
    copies: int, consistent: bool, racks: int, nodes_per_rack: int, least: int
) -> None:
    sizing = sized(workload(copies, strong_consistency=consistent), METAL, racks, nodes_per_rack)
    (missing,) = sizing.missing
    assert (missing.constraint, missing.need, missing.have) == (Constraint.COPIES, least, racks * nodes_per_rack)
    assert sizing.binding == Constraint.COPIES


def test_what_is_missing_by_most_binds() -> None:
    """A third of the memory and a third of the nodes that are needed, and a fifth."""
    tiny = Capacity(GIB, 16, 25_000_000_000)
    assert sized(workload(), tiny, 1, 1).binding == Constraint.MEMORY
    assert sized(workload(), Capacity(4 * GIB, 16, 25_000_000_000), 1, 1).binding == Constraint.COPIES


def test_one_node_survives_no_loss() -> None:
    alone = Assumptions(minimum_nodes=1)
    assert size(workload(1), METAL, 1, alone).nodes == 2
    assert not sized(workload(1), METAL, 1, 1, alone).fits
    assert sized(workload(1), METAL, 1, 1, Assumptions(minimum_nodes=1, survive=Survive.NOTHING)).fits


def test_the_loss_of_a_rack_that_no_number_of_nodes_survives() -> None:
    """With strong consistency a half of the roster serves the partitions it has the roster master of, and no others."""
    rack = Assumptions(survive=Survive.RACK)
    with pytest.raises(ValueError, match="the only rack"):
        size(workload(), METAL, 1, rack)
    with pytest.raises(ValueError, match="from three racks on"):
        sized(workload(strong_consistency=True), METAL, 2, 3, rack)
    assert size(workload(), METAL, 2, rack).fits
    assert size(workload(strong_consistency=True), METAL, 3, rack).fits


def test_more_nodes_than_a_cluster_can_have() -> None:
    with pytest.raises(ValueError, match="300 nodes are more than the 256"):
        sized(workload(), METAL, 3, 100)


def test_a_namespace_with_devices_of_its_own_has_caches_for_these_alone() -> None:
    """Two devices each: 2 × (64 + 256) MiB for one, 2 × 64 for the one in memory; without it each has a part of all."""
    capacity = Capacity(256 * GIB, 16, 25_000_000_000, (Device(400_000_000_000),) * 4)
    loads = [
        NamespaceLoad("a", Storage.DEVICE, 1000, 100, 1, 1, devices=2),
        NamespaceLoad("b", Storage.MEMORY_AND_DEVICE, 1000, 100, 1, 1, devices=2),
        NamespaceLoad("c", Storage.DEVICE, 1000, 100, 1, 1),
    ]
    needs = sized(Workload(tuple(loads), (8, 1, 1)), capacity, 3, 1).date.namespaces
    assert [need.cache_bytes >> 20 for need in needs] == [640, 128, 1280]
    assert [need.devices for need in needs] == [2, 2, 4]
