"""Size a cluster for a workload: nodes in each rack, needs at each moment, and the binding constraint."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from aerofleet.sizing.assumptions import Assumptions
from aerofleet.sizing.constraint import (
    Comparison,
    Constraint,
    Limits,
    comparisons,
    fits,
    limits_of,
    tightest,
)
from aerofleet.sizing.headroom import Layout, Survive
from aerofleet.sizing.moment import Moment, load_at, moments
from aerofleet.sizing.node import NamespaceOnNode, NodeNeed, namespaces_on_node, node_need
from aerofleet.sizing.pod import PodSettings, pod_settings
from aerofleet.sizing.server import MAX_NODES, divide_up
from aerofleet.sizing.workload import Capacity, NamespaceLoad, Workload

DEFAULTS = Assumptions()


@dataclass(frozen=True, slots=True)
class Totals:
    """The resources of a rack or a cluster, the sum over its pods."""

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
    nodes in each of ``racks``; ``pod`` has the settings for ``date``. ``binding`` is the constraint that fails first
    with one node fewer in each rack. ``missing`` is empty if the size fits; else ``nodes_per_rack`` is the greatest
    possible number.
    """

    workload: Workload
    capacity: Capacity
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
        return tuple(comparison for comparison in self.comparisons if not comparison.fits)

    @property
    def fits(self) -> bool:
        return not self.missing

    @property
    def unknown(self) -> tuple[Constraint, ...]:
        """Constraints without a verdict, because the devices were not measured."""
        return tuple(comparison.constraint for comparison in self.comparisons if not comparison.known)

    @property
    def rack(self) -> Totals:
        """The resources of one rack; all racks are equal."""
        pods = self.nodes_per_rack
        return Totals(pods, pods * self.pod.memory_bytes, pods * self.pod.cores, pods * self.date.device_bytes)

    @property
    def cluster(self) -> Totals:
        return sum((self.rack for _ in range(self.racks - 1)), self.rack)


def size(workload: Workload, capacity: Capacity, racks: int, assumptions: Assumptions = DEFAULTS) -> Sizing:
    """Return the smallest number of nodes per rack that carries ``workload`` on nodes of ``capacity`` until the planned
    date, through the loss that ``assumptions.survive`` names. Raises ValueError for no racks, for a loss that no number
    of nodes survives, or where the copies alone need more nodes than a cluster can have."""
    at_date = Candidates(workload, capacity, racks, assumptions)
    least = divide_up(at_date.least_nodes, racks)
    most = assumptions.maximum_nodes // racks
    if least > most:
        raise ValueError(f"the copies need {least * racks} nodes in {racks} racks; {assumptions.maximum_nodes} can be")
    return with_nodes(at_date, smallest(at_date.need, at_date.limits, least, most))


def sized(
    workload: Workload, capacity: Capacity, racks: int, nodes_per_rack: int, assumptions: Assumptions = DEFAULTS
) -> Sizing:
    """Return the sizing for this number of nodes per rack; ``missing`` has the shortfalls of a node. Raises ValueError
    for no racks, no nodes, too many, or for a loss that no number of nodes survives."""
    if nodes_per_rack < 1:
        raise ValueError("a rack has at least one node")
    if racks * nodes_per_rack > MAX_NODES:
        raise ValueError(f"{racks * nodes_per_rack} nodes are more than the {MAX_NODES} that a cluster can have")
    return with_nodes(Candidates(workload, capacity, racks, assumptions), nodes_per_rack)


class Candidates:
    """The need of a node at the date, for any number of nodes per rack; the need for a number is computed once."""

    def __init__(self, workload: Workload, capacity: Capacity, racks: int, assumptions: Assumptions) -> None:
        check_survival(workload, racks, assumptions.survive)
        self.workload, self.capacity, self.racks, self.assumptions = workload, capacity, racks, assumptions
        self.least_nodes = least_nodes(workload, assumptions)
        self.moments = moments(workload, assumptions.months)
        self.loads = loads_at(workload, self.moments[-1])
        self.devices = capacity.device_count
        self.limits = limits_of(capacity, assumptions.operations_per_node)
        self.known: dict[int, tuple[tuple[NamespaceOnNode, ...], NodeNeed]] = {}

    def layout(self, nodes_per_rack: int) -> Layout:
        return Layout(self.racks, nodes_per_rack, self.devices)

    def on_node(self, nodes_per_rack: int, loads: tuple[NamespaceLoad, ...]) -> tuple[NamespaceOnNode, ...]:
        return namespaces_on_node(self.workload, loads, self.layout(nodes_per_rack), self.assumptions)

    def need(self, nodes_per_rack: int) -> NodeNeed:
        return self.both(nodes_per_rack)[1]

    def both(self, nodes_per_rack: int) -> tuple[tuple[NamespaceOnNode, ...], NodeNeed]:
        if nodes_per_rack not in self.known:
            on_node = self.on_node(nodes_per_rack, self.loads)
            need = node_need(self.workload, on_node, self.moments[-1], self.assumptions)
            self.known[nodes_per_rack] = on_node, need
        return self.known[nodes_per_rack]


def with_nodes(at_date: Candidates, nodes_per_rack: int) -> Sizing:
    """Return the sizing for this number of nodes, even if it does not carry the workload."""
    workload, capacity, assumptions = at_date.workload, at_date.capacity, at_date.assumptions
    now, peak, _ = at_date.moments
    on_node, date = at_date.both(nodes_per_rack)
    if at_date.loads != workload.namespaces:
        on_node = at_date.on_node(nodes_per_rack, workload.namespaces)
    nodes = Comparison(Constraint.COPIES, at_date.least_nodes, at_date.racks * nodes_per_rack, "nodes")
    compared = (nodes, *comparisons(date, at_date.limits))
    return Sizing(
        workload=workload,
        capacity=capacity,
        assumptions=assumptions,
        racks=at_date.racks,
        nodes_per_rack=nodes_per_rack,
        now=node_need(workload, on_node, now, assumptions),
        peak=node_need(workload, on_node, peak, assumptions),
        date=date,
        pod=pod_settings(date, workload.server_version, workload.tls),
        binding=binding(at_date, nodes_per_rack, compared),
        comparisons=compared,
    )


def loads_at(workload: Workload, moment: Moment) -> tuple[NamespaceLoad, ...]:
    percent = workload.growth_per_month_percent
    return tuple(load_at(load, percent, moment.months) for load in workload.namespaces)


def check_survival(workload: Workload, racks: int, survive: Survive) -> None:
    """Raise ValueError if the cluster shall survive the loss of a rack, and no number of nodes can achieve that."""
    if racks < 1:
        raise ValueError("a cluster has at least one rack")
    if survive is not Survive.RACK:
        return
    if racks == 1:
        raise ValueError("the loss of the only rack is the loss of the cluster: plan more racks, or survive a node")
    consistent = [load.name for load in workload.namespaces if load.strong_consistency]
    if consistent and racks == 2:
        raise ValueError(
            f"namespace {consistent[0]}: with strong consistency half of the nodes serve half of the partitions;"
            " the loss of a rack is survived from three racks on"
        )


def least_nodes(workload: Workload, assumptions: Assumptions) -> int:
    """Return the fewest nodes of a cluster: one for each copy, one more with strong consistency, and two if it shall
    survive the loss of a node.

    With strong consistency and as many copies as nodes, a node that is down makes every partition unavailable.
    """
    copies = max(load.replication_factor + load.strong_consistency for load in workload.namespaces)
    left = 1 if assumptions.survive is Survive.NOTHING else 2
    return max(copies, assumptions.minimum_nodes, left)


def smallest(need: Callable[[int], NodeNeed], limits: Limits, least: int, most: int) -> int:
    """Return the smallest number of nodes per rack whose need fits, or ``most``.

    The need falls with every node, about as 1 / nodes, so the first guess is close. From there doubling steps find a
    number that fails and one that fits, and a bisection between them finds the smallest.
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
    """Return the constraint that fails, or that fails first with one node fewer in each rack."""
    failing = [comparison for comparison in compared if not comparison.fits]
    if failing:
        return max(failing, key=lambda comparison: comparison.use).constraint
    if (nodes_per_rack - 1) * at_date.racks < at_date.least_nodes:
        return Constraint.COPIES
    return tightest(at_date.need(nodes_per_rack - 1), at_date.limits).constraint
