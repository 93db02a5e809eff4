"""The spread of partitions over nodes, with all nodes up and after a loss.

All shares are partitions of 4096 that one node holds a copy of. Rack-aware clusters keep the copies of a partition
in different racks; so the partitions of a lost node go first to the other nodes of its own rack.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import ceil, comb
from typing import NamedTuple

from aerofleet.sizing.server import PARTITIONS, divide_up


class Survive(StrEnum):
    """The loss through which a cluster has to carry its full load."""

    NOTHING = "nothing"
    NODE = "node"
    RACK = "rack"


class Spread(NamedTuple):
    """``partitions``: copies on one node, of 4096; ``nodes``: number of nodes that share the reads."""

    partitions: int
    nodes: int


class Layout(NamedTuple):
    """The shape of a cluster. ``devices``: devices of one node, 2 TiB at most each."""

    racks: int
    nodes_per_rack: int
    devices: int

    @property
    def nodes(self) -> int:
        return self.racks * self.nodes_per_rack


class NamespaceSpread(NamedTuple):
    """The spread of one namespace over the nodes: with all nodes up, and the worst after the planned loss."""

    steady: Spread
    worst: Spread
    devices: int


def namespace_spread(
    replication_factor: int, layout: Layout, survive: Survive, devices: int | None = None
) -> NamespaceSpread:
    """Return the spread of a namespace. ``devices``: its own devices on each node; None = a part of every device."""
    worst = spread_after_loss(replication_factor, layout.racks, layout.nodes_per_rack, survive)
    own = layout.devices if devices is None else devices
    return NamespaceSpread(even_spread(replication_factor, layout.nodes), worst, own)


@lru_cache(maxsize=4096)
def even_spread(replication_factor: int, nodes: int) -> Spread:
    """Return the spread with all nodes up. A node has at most one copy of a partition."""
    return Spread(min(PARTITIONS, divide_up(PARTITIONS * replication_factor, nodes)), nodes)


def spreads(replication_factor: int, racks: int, nodes_per_rack: int, survive: Survive) -> dict[Survive, Spread]:
    """Return the spread on the fullest node for each loss up to ``survive``: with all nodes up, after the loss of a
    node, and of a rack. A loss that leaves no node is left out.
    """
    nodes = racks * nodes_per_rack
    worst = {Survive.NOTHING: even_spread(replication_factor, nodes)}
    if survive is not Survive.NOTHING and nodes > 1:
        worst[Survive.NODE] = spread_after_node(replication_factor, racks, nodes_per_rack)
    if survive is Survive.RACK and racks > 1:
        worst[Survive.RACK] = even_spread(replication_factor, nodes - nodes_per_rack)
    return worst


@lru_cache(maxsize=4096)
def spread_after_loss(replication_factor: int, racks: int, nodes_per_rack: int, survive: Survive) -> Spread:
    """Return the worst of :func:`spreads`: the most partitions, and the fewest nodes for reads."""
    worst = spreads(replication_factor, racks, nodes_per_rack, survive).values()
    return Spread(max(spread.partitions for spread in worst), min(spread.nodes for spread in worst))


def spread_after_node(replication_factor: int, racks: int, nodes_per_rack: int) -> Spread:
    nodes = racks * nodes_per_rack
    if nodes_per_rack == 1:
        return even_spread(replication_factor, nodes - 1)
    share = PARTITIONS * share_in_short_rack(replication_factor, racks, nodes_per_rack)
    return Spread(min(PARTITIONS, ceil(share)), nodes - 1)


def share_in_short_rack(replication_factor: int, racks: int, nodes_per_rack: int) -> Fraction:
    """Return the share of all partitions on each node of a rack that lost one of its ``nodes_per_rack`` nodes.

    Whole rounds of copies put one into each rack. The copies left over go to different racks, drawn by their number
    of nodes: the short rack is left out with the product of (nodes of other full racks) / (nodes of racks not taken).
    """
    rounds, rest = divmod(replication_factor, racks)
    short = nodes_per_rack - 1
    left_out = Fraction(1)
    for taken in range(rest):
        others = (racks - 1 - taken) * nodes_per_rack
        left_out *= Fraction(others, others + short)
    return (rounds + 1 - left_out) / short


def growth_after_loss(replication_factor: int, racks: int, nodes_per_rack: int) -> Fraction:
    """Return the factor by which the partitions of the worst node grow after the loss of another node; 1 for a single
    node.

    With as many copies as racks and two nodes in each rack it is 2: all partitions of the lost node go to its
    neighbour.
    """
    nodes = racks * nodes_per_rack
    if nodes == 1:
        return Fraction(1)
    after = spread_after_node(replication_factor, racks, nodes_per_rack).partitions
    return Fraction(after, even_spread(replication_factor, nodes).partitions)


def share_of_partitions_lost(nodes: int, lost: int, replication_factor: int) -> Fraction:
    """Return the share of partitions without any copy after the loss of ``lost`` of ``nodes`` at once, without racks:
    M!(N−R)! / ((M−R)! N!), the probability that all copies were on the lost nodes."""
    return Fraction(comb(lost, replication_factor), comb(nodes, replication_factor))
