"""How partitions spread over nodes, and what each survivor carries after a loss.

All shares are partitions of 4096 that one node holds a copy of. Rack-aware clusters keep the copies of a partition
in different racks; so what a lost node held goes first to the other nodes of its own rack.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import ceil, comb
from typing import NamedTuple

from aerofleet.aerospike.sizing.server import PARTITIONS, divide_up


class Survive(StrEnum):
    """The loss that a cluster has to carry its full load through."""

    NOTHING = "nothing"
    NODE = "node"
    RACK = "rack"


class Spread(NamedTuple):
    """``partitions``: copies a node holds, of 4096; ``nodes``: how many nodes share the reads."""

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


class Place(NamedTuple):
    """What a node carries of one namespace: with all nodes up, and at worst after the loss planned for."""

    steady: Spread
    worst: Spread
    devices: int


def place(replication_factor: int, layout: Layout, survive: Survive, devices: int | None = None) -> Place:
    """``devices`` of a node that the namespace has for itself; without it, it has a part of all."""
    worst = spread_after_loss(replication_factor, layout.racks, layout.nodes_per_rack, survive)
    own = layout.devices if devices is None else devices
    return Place(even_spread(replication_factor, layout.nodes), worst, own)


@lru_cache(maxsize=4096)
def even_spread(replication_factor: int, nodes: int) -> Spread:
    """All nodes up. A node holds at most one copy of a partition."""
    return Spread(min(PARTITIONS, divide_up(PARTITIONS * replication_factor, nodes)), nodes)


def spreads(replication_factor: int, racks: int, nodes_per_rack: int, survive: Survive) -> dict[Survive, Spread]:
    """The node that carries most with all up, and after each loss to survive that leaves a node at all."""
    nodes = racks * nodes_per_rack
    found = {Survive.NOTHING: even_spread(replication_factor, nodes)}
    if survive is not Survive.NOTHING and nodes > 1:
        found[Survive.NODE] = spread_after_node(replication_factor, racks, nodes_per_rack)
    if survive is Survive.RACK and racks > 1:
        found[Survive.RACK] = even_spread(replication_factor, nodes - nodes_per_rack)
    return found


@lru_cache(maxsize=4096)
def spread_after_loss(replication_factor: int, racks: int, nodes_per_rack: int, survive: Survive) -> Spread:
    """The worst of :func:`spreads`."""
    found = spreads(replication_factor, racks, nodes_per_rack, survive).values()
    return Spread(max(each.partitions for each in found), min(each.nodes for each in found))


def spread_after_node(replication_factor: int, racks: int, nodes_per_rack: int) -> Spread:
    nodes = racks * nodes_per_rack
    if nodes_per_rack == 1:
        return even_spread(replication_factor, nodes - 1)
    share = PARTITIONS * share_in_short_rack(replication_factor, racks, nodes_per_rack)
    return Spread(min(PARTITIONS, ceil(share)), nodes - 1)


def share_in_short_rack(replication_factor: int, racks: int, nodes_per_rack: int) -> Fraction:
    """Share of all partitions on each node of a rack that lost one of its ``nodes_per_rack`` nodes.

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
    """Return how many times its partitions the worst node has after the loss of another one; 1 for a single node.

    With as many copies as racks and two nodes in each it is 2: the lost node's partitions all go to its neighbour.
    """
    nodes = racks * nodes_per_rack
    if nodes == 1:
        return Fraction(1)
    after = spread_after_node(replication_factor, racks, nodes_per_rack).partitions
    return Fraction(after, even_spread(replication_factor, nodes).partitions)


def share_of_partitions_lost(nodes: int, lost: int, replication_factor: int) -> Fraction:
    """Share of partitions without any copy after ``lost`` of ``nodes`` went at once, without racks:
    M!(N−R)! / ((M−R)! N!), the chance that all copies lay on the lost ones."""
    return Fraction(comb(lost, replication_factor), comb(nodes, replication_factor))
