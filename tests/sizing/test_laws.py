"""What must hold for every workload."""

from __future__ import annotations

from dataclasses import fields, replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aerofleet.sizing import Assumptions, Sizing, Survive, Totals, Workload, size, sized
from aerofleet.sizing.node import NodeNeed
from tests.sizing.workloads import METAL, assumptions, with_namespaces, workloads

EXAMPLES = settings(max_examples=100, deadline=None)
RACKS = st.integers(1, 4)
NODE_FIGURES = (
    "memory_bytes",
    "memory_limit_bytes",
    "device_bytes",
    "act_load",
    "written_bytes_per_day",
    "network_bits_per_second",
    "operations_per_second",
    "cores",
)
NAMESPACE_FIGURES = (
    "partitions",
    "copies",
    "primary_index_bytes",
    "secondary_index_bytes",
    "set_index_bytes",
    "index_memory_bytes",
    "tree_bytes",
    "data_steady_bytes",
    "data_bytes",
    "data_size_bytes",
    "memory_size_bytes",
    "device_bytes",
    "mounts_bytes",
    "cache_bytes",
)


def assume_survivable(workload: Workload, racks: int, assumed: Assumptions) -> None:
    """No number of nodes survives the loss of the only rack, or of one of two with strong consistency."""
    consistent = any(namespace.strong_consistency for namespace in workload.namespaces)
    assume(assumed.survive is not Survive.RACK or racks > 1 + consistent)


def grew(before: NodeNeed, after: NodeNeed) -> list[str]:
    """Names of the figures that are higher in ``after``."""
    names = [name for name in NODE_FIGURES if getattr(after, name) > getattr(before, name)]
    for first, second in zip(before.namespaces, after.namespaces, strict=True):
        names += [name for name in NAMESPACE_FIGURES if getattr(second, name) > getattr(first, name)]
    return names


def moments_of(sizing: Sizing) -> tuple[NodeNeed, ...]:
    return (sizing.now, sizing.peak, sizing.date)


def doubled(workload: Workload) -> Workload:
    return replace(
        workload,
        namespaces=tuple(replace(namespace, objects=2 * namespace.objects) for namespace in workload.namespaces),
    )


@EXAMPLES
@given(workloads(), RACKS, st.integers(1, 20), assumptions())
def test_doubling_the_objects_never_needs_less(
    workload: Workload, racks: int, nodes: int, assumed: Assumptions
) -> None:
    assume_survivable(workload, racks, assumed)
    before, after = (sized(load, METAL, racks, nodes, assumed) for load in (workload, doubled(workload)))
    for first, second in zip(moments_of(before), moments_of(after), strict=True):
        assert not grew(second, first)


@EXAMPLES
@given(workloads(), RACKS, assumptions())
def test_doubling_the_objects_never_needs_fewer_nodes(workload: Workload, racks: int, assumed: Assumptions) -> None:
    assume_survivable(workload, racks, assumed)
    assert size(doubled(workload), METAL, racks, assumed).nodes >= size(workload, METAL, racks, assumed).nodes


@EXAMPLES
@given(workloads(), RACKS, st.integers(1, 20), assumptions())
def test_another_node_never_raises_the_need_of_any(
    workload: Workload, racks: int, nodes: int, assumed: Assumptions
) -> None:
    assume_survivable(workload, racks, assumed)
    before, after = (sized(workload, METAL, racks, count, assumed) for count in (nodes, nodes + 1))
    for first, second in zip(moments_of(before), moments_of(after), strict=True):
        assert not grew(first, second)


@EXAMPLES
@given(workloads(), RACKS, st.integers(1, 20), assumptions())
def test_peak_is_at_least_average_and_the_date_at_least_the_peak(
    workload: Workload, racks: int, nodes: int, assumed: Assumptions
) -> None:
    assume_survivable(workload, racks, assumed)
    now, peak, date = moments_of(sized(workload, METAL, racks, nodes, assumed))
    assert not grew(peak, now)
    assert not grew(date, peak)


@EXAMPLES
@given(workloads(), RACKS, st.integers(1, 20), st.integers(1, 8))
def test_all_copies_have_a_place_and_no_more_than_a_partition_is_lost_to_rounding(
    workload: Workload, racks: int, nodes_per_rack: int, copies: int
) -> None:
    """Copies scale with the replication factor, up to one on every node."""
    workload = with_namespaces(workload, replication_factor=copies)
    nodes = racks * nodes_per_rack
    sizing = sized(workload, METAL, racks, nodes_per_rack, Assumptions(survive=Survive.NOTHING, months=0))
    for load, need in zip(workload.namespaces, sizing.now.namespaces, strict=True):
        records = (load.objects + load.tombstones) * min(copies, nodes)
        copies = nodes * need.copies
        assert records <= copies
        assert (copies - records) * 4096 <= nodes * (4096 + load.objects + load.tombstones)


@EXAMPLES
@given(workloads(), RACKS, st.integers(1, 20), assumptions())
def test_racks_sum_to_the_cluster(workload: Workload, racks: int, nodes: int, assumed: Assumptions) -> None:
    assume_survivable(workload, racks, assumed)
    sizing = sized(workload, METAL, racks, nodes, assumed)
    for field in fields(Totals):
        assert getattr(sizing.cluster, field.name) == racks * getattr(sizing.rack, field.name)
    assert sizing.cluster.pods == sizing.nodes
    assert sizing.cluster.memory_bytes == sizing.nodes * sizing.pod.memory_bytes


@EXAMPLES
@given(workloads(), RACKS, assumptions())
def test_the_number_of_nodes_is_the_smallest_that_fits(workload: Workload, racks: int, assumed: Assumptions) -> None:
    """And the constraint named is one that fails with a node less in each rack."""
    assume_survivable(workload, racks, assumed)
    sizing = size(workload, METAL, racks, assumed)
    if sizing.fits and sizing.binding != "copies and majority":
        fewer = sized(workload, METAL, racks, sizing.nodes_per_rack - 1, assumed)
        assert sizing.binding in [finding.constraint for finding in fewer.missing]
    elif not sizing.fits:
        assert sizing.nodes_per_rack == 256 // racks
        assert sizing.binding in [finding.constraint for finding in sizing.missing]
