"""Where the copies of a partition may be: every choice of nodes that the server's placement allows.

The order of nodes for a partition comes from a hash that is not modelled. Each namespace has 4096 partitions, so every
allowed choice counts as the choice of some partition, and the worst one is found by counting nodes. Sets of nodes are
the bits of an integer.

Source: "Aerospike: Architecture of a Real-Time Operational DBMS" (VLDB 2016), data distribution; Aerospike
documentation, rack awareness: the copies of a partition are on distinct racks, as many as there are racks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

PARTITIONS = 4096
"""Partitions of a namespace. Source: aerospike-server, as/src/fabric/partition.h, AS_PARTITIONS."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The choices of ``copies`` nodes among ``racks``: sets of nodes, one for each rack.

    ``distinct``: how many of the copies are on distinct racks. ``preferred``: nodes of the active rack, one of which
    has a copy; 0 where there is none. ``reserve``: quiesced nodes, of which ``reserved`` have a copy, too, because
    there are too few others.
    """

    copies: int
    racks: tuple[int, ...]
    distinct: int
    preferred: int = 0
    reserve: int = 0
    reserved: int = 0

    def fewest(self, alive: int) -> int:
        """Return the smallest number of copies on ``alive`` nodes, of all choices."""
        hit = missing = 0
        for rack in self.racks:
            gone = rack & ~alive
            if gone:
                hit += 1
                missing += gone.bit_count()
        most_distinct = self.distinct - 1 if self.preferred and not self.preferred & ~alive else self.distinct
        first = min(hit, most_distinct)
        others = min(self.copies - self.distinct, missing - first)
        left = self.copies - first - others
        if self.reserved:
            left += self.reserved - min(self.reserved, (self.reserve & ~alive).bit_count())
        return left

    @property
    def nodes(self) -> int:
        return sum(self.racks) | self.reserve

    def within(self, nodes: int) -> Spread:
        """Return the choices that have ``nodes`` only."""
        racks = tuple(rack & nodes for rack in self.racks if rack & nodes)
        return Spread(self.copies, racks, self.distinct, self.preferred & nodes, self.reserve & nodes, self.reserved)

    def share_within(self, nodes: int) -> float:
        """Return the share of all choices that have ``nodes`` only, 0 to 1, if each order of nodes is equally likely.

        The active rack is left out of account.
        """
        sizes = tuple(sorted((rack.bit_count(), (rack & nodes).bit_count()) for rack in self.racks))
        share = _share_within(sizes, self.distinct, self.copies - self.distinct)
        for place in range(self.reserved):
            rest = (self.reserve & nodes).bit_count() - place
            share *= max(0, rest) / max(1, self.reserve.bit_count() - place)
        return share


@lru_cache(maxsize=1 << 12)
def _share_within(racks: tuple[tuple[int, int], ...], distinct: int, others: int) -> float:
    """Return the share of choices within a set of nodes: first of ``distinct`` racks, then ``others`` of any rack.

    ``racks``: (nodes, those of them in the set) of each rack.
    """
    total, inside = sum(size for size, _ in racks), sum(count for _, count in racks)
    # The choices of distinct racks take one node of each, so only the last step has nodes of a chosen rack left.
    return _distinct_share(racks, distinct) * _other_share(total - distinct, inside - distinct, others)


@lru_cache(maxsize=1 << 12)
def _distinct_share(racks: tuple[tuple[int, int], ...], distinct: int) -> float:
    if not distinct:
        return 1.0
    total = sum(size for size, _ in racks)
    share = 0.0
    for place, (_, count) in enumerate(racks):
        if count:
            share += count / total * _distinct_share(racks[:place] + racks[place + 1 :], distinct - 1)
    return share


def _other_share(total: int, inside: int, others: int) -> float:
    share = 1.0
    for place in range(others):
        share *= max(0, inside - place) / (total - place)
    return share


def spread_of(copies: int, active: int, racks: tuple[int, ...], *, preferred: int = 0, reserve: int = 0) -> Spread:
    """Return where ``copies`` go: to ``active`` nodes first, to ``reserve`` where these are too few.

    ``racks``: the nodes of each rack, active or not; one set of all nodes where the namespace is not rack-aware.
    """
    count = active.bit_count()
    placed = min(copies, count)
    own = tuple(rack & active for rack in racks if rack & active)
    distinct = min(placed, len(own))
    return Spread(
        placed,
        own,
        distinct,
        preferred & active if len(own) > 1 else 0,
        reserve if copies > count else 0,
        min(copies - placed, reserve.bit_count()),
    )
