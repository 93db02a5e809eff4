"""From a workload and metal to a cluster: nodes in each rack, needs at each moment, and the constraint that binds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from aerofleet.aerospike.sizing.assumptions import Assumptions
from aerofleet.aerospike.sizing.constraint import (
    Comparison,
    Constraint,
    Limits,
    comparisons,
    fits,
    limits_of,
    tightest,
)
from aerofleet.aerospike.sizing.headroom import Layout, Survive
from aerofleet.aerospike.sizing.moment import Moment, load_at, moments
from aerofleet.aerospike.sizing.node import Held, NodeNeed, held_by_node, node_need
from aerofleet.aerospike.sizing.pod import PodSettings, pod_settings
from aerofleet.aerospike.sizing.server import MAX_NODES, divide_up
from aerofleet.aerospike.sizing.workload import Metal, NamespaceLoad, Workload

DEFAULTS = Assumptions()


@dataclass(frozen=True, slots=True)
class Totals:
    """What a rack or a cluster takes from the metal, all pods together."""

    pods: int
    memory_bytes: int
    cores: int
    device_bytes: int

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.pods + other.pods,
            self.memory_bytes + other.memory_bytes,
            self.cores + other.cores,
            self.device_bytes + other.device_bytes,
        )


@dataclass(frozen=True, slots=True)
class Sizing:
    """A sized cluster. ``now``, ``peak`` and ``date`` are the need of a node at each moment, with ``nodes_per_rack``
    nodes in each of ``racks``; ``pod`` holds the last of them. ``binding`` is the constraint that would fail first
    with a node less in each rack. ``missing`` is empty if it fits; else ``nodes_per_rack`` is the most there can be.
    """

    workload: Workload
    metal: Metal
    assumptions: Assumptions
    racks: int
    nodes_per_rack: int
    now: NodeNeed
    peak: NodeNeed
    date: NodeNeed
    pod: PodSettings
    binding: Constraint
    comparisons: tuple[Comparison, ...]

    @property
    def nodes(self) -> int:
        return self.racks * self.nodes_per_rack

    @property
    def missing(self) -> tuple[Comparison, ...]:
        return tuple(each for each in self.comparisons if not each.fits)

    @property
    def fits(self) -> bool:
        return not self.missing

    @property
    def unknown(self) -> tuple[Constraint, ...]:
        """Constraints nothing can be said about: the devices were not measured."""
        return tuple(each.constraint for each in self.comparisons if not each.known)

    @property
    def rack(self) -> Totals:
        """Every rack alike."""
        pods = self.nodes_per_rack
        return Totals(pods, pods * self.pod.memory_bytes, pods * self.pod.cores, pods * self.date.device_bytes)

    @property
    def cluster(self) -> Totals:
        return sum((self.rack for _ in range(self.racks - 1)), self.rack)


def size(workload: Workload, metal: Metal, racks: int, assumptions: Assumptions = DEFAULTS) -> Sizing:
    """The smallest number of nodes per rack that carries ``workload`` on nodes like ``metal`` until the date planned
    for, through the loss that ``assumptions.survive`` names. Raises ValueError for no racks, for a loss that no number
    of nodes survives, or where the copies alone need more nodes than a cluster can have."""
    at_date = Candidates(workload, metal, racks, assumptions)
    least = divide_up(at_date.least_nodes, racks)
    most = assumptions.maximum_nodes // racks
    if least > most:
        raise ValueError(f"the copies need {least * racks} nodes in {racks} racks; {assumptions.maximum_nodes} can be")
    return with_nodes(at_date, smallest(at_date.need, at_date.limits, least, most))


def sized(
    workload: Workload, metal: Metal, racks: int, nodes_per_rack: int, assumptions: Assumptions = DEFAULTS
) -> Sizing:
    """The sizing with a given number of nodes per rack; its ``missing`` says what each node lacks. Raises ValueError
    for no racks, no nodes, too many, or for a loss that no number of nodes survives."""
    if nodes_per_rack < 1:
        raise ValueError("a rack has at least one node")
    if racks * nodes_per_rack > MAX_NODES:
        raise ValueError(f"{racks * nodes_per_rack} nodes are more than the {MAX_NODES} that a cluster can have")
    return with_nodes(Candidates(workload, metal, racks, assumptions), nodes_per_rack)


class Candidates:
    """The need of a node at the date, for any number of nodes per rack; each is reckoned once, however often the
    search comes by."""

    def __init__(self, workload: Workload, metal: Metal, racks: int, assumptions: Assumptions) -> None:
        check_survival(workload, racks, assumptions.survive)
        self.workload, self.metal, self.racks, self.assumptions = workload, metal, racks, assumptions
        self.least_nodes = least_nodes(workload, assumptions)
        self.moments = moments(workload, assumptions.months)
        self.loads = loads_at(workload, self.moments[-1])
        self.devices = metal.device_count
        self.limits = limits_of(metal, assumptions.operations_per_node)
        self.known: dict[int, tuple[tuple[Held, ...], NodeNeed]] = {}

    def layout(self, nodes_per_rack: int) -> Layout:
        return Layout(self.racks, nodes_per_rack, self.devices)

    def held(self, nodes_per_rack: int, loads: tuple[NamespaceLoad, ...]) -> tuple[Held, ...]:
        return held_by_node(self.workload, loads, self.layout(nodes_per_rack), self.assumptions)

    def need(self, nodes_per_rack: int) -> NodeNeed:
        return self.both(nodes_per_rack)[1]

    def both(self, nodes_per_rack: int) -> tuple[tuple[Held, ...], NodeNeed]:
        if nodes_per_rack not in self.known:
            held = self.held(nodes_per_rack, self.loads)
            need = node_need(self.workload, held, self.moments[-1], self.assumptions)
            self.known[nodes_per_rack] = held, need
        return self.known[nodes_per_rack]


def with_nodes(at_date: Candidates, nodes_per_rack: int) -> Sizing:
    """The whole sizing at this number of nodes, whether it holds the workload or not."""
    workload, metal, assumptions = at_date.workload, at_date.metal, at_date.assumptions
    now, peak, _ = at_date.moments
    held, date = at_date.both(nodes_per_rack)
    if at_date.loads != workload.namespaces:
        held = at_date.held(nodes_per_rack, workload.namespaces)
    nodes = Comparison(Constraint.COPIES, at_date.least_nodes, at_date.racks * nodes_per_rack, "nodes")
    compared = (nodes, *comparisons(date, at_date.limits))
    return Sizing(
        workload=workload,
        metal=metal,
        assumptions=assumptions,
        racks=at_date.racks,
        nodes_per_rack=nodes_per_rack,
        now=node_need(workload, held, now, assumptions),
        peak=node_need(workload, held, peak, assumptions),
        date=date,
        pod=pod_settings(date, workload.server_version, workload.tls),
        binding=binding(at_date, nodes_per_rack, compared),
        comparisons=compared,
    )


def loads_at(workload: Workload, moment: Moment) -> tuple[NamespaceLoad, ...]:
    percent = workload.growth_per_month_percent
    return tuple(load_at(each, percent, moment.months) for each in workload.namespaces)


def check_survival(workload: Workload, racks: int, survive: Survive) -> None:
    """Raises ValueError where a loss of a rack is asked for that more nodes do not help against."""
    if racks < 1:
        raise ValueError("a cluster has at least one rack")
    if survive is not Survive.RACK:
        return
    if racks == 1:
        raise ValueError("the loss of the only rack is the loss of the cluster: plan more racks, or survive a node")
    consistent = [each.name for each in workload.namespaces if each.strong_consistency]
    if consistent and racks == 2:
        raise ValueError(
            f"namespace {consistent[0]}: with strong consistency half of the nodes serve half of the partitions;"
            " the loss of a rack is survived from three racks on"
        )


def least_nodes(workload: Workload, assumptions: Assumptions) -> int:
    """Enough nodes for all copies, and one more with strong consistency: with as many copies as nodes, one that is
    down makes every partition unavailable. And one that is left, where the loss of one is to be survived."""
    copies = max(each.replication_factor + each.strong_consistency for each in workload.namespaces)
    left = 1 if assumptions.survive is Survive.NOTHING else 2
    return max(copies, assumptions.minimum_nodes, left)


def smallest(need: Callable[[int], NodeNeed], limits: Limits, least: int, most: int) -> int:
    """The smallest number of nodes per rack whose need fits, or ``most``.

    Need falls with every node, about as 1 / nodes, so the first guess is close; from there in doubling steps to a
    number that fails and one that carries, and by halves between them.
    """

    def carries(nodes_per_rack: int) -> bool:
        return fits(need(nodes_per_rack), limits)

    if carries(least):
        return least
    guess = least * tightest(need(least), limits).use
    low, high, step = least, int(max(least + 1, min(most, guess))), 1
    while high < most and not carries(high):
        low, high, step = high, min(most, high + step), 2 * step
    step = 1
    while high - step > low and carries(high - step):
        high, step = high - step, 2 * step
    return bisect_left(range(high), True, lo=max(low, high - step) + 1, key=carries)


def binding(at_date: Candidates, nodes_per_rack: int, compared: tuple[Comparison, ...]) -> Constraint:
    """What fails, or would fail first with a node less in each rack."""
    failing = [each for each in compared if not each.fits]
    if failing:
        return max(failing, key=lambda each: each.use).constraint
    if (nodes_per_rack - 1) * at_date.racks < at_date.least_nodes:
        return Constraint.COPIES
    return tightest(at_date.need(nodes_per_rack - 1), at_date.limits).constraint
