"""The share of a namespace's partitions on each node of a rack, and what moves when nodes come or go.

All shares are of the 4096 partitions of a namespace, as a fraction; the copies of a partition are on different racks as
long as there are racks without one. Source: aerospike-server 8.1, partition_balance.c; Aerospike documentation, rack
awareness. The same as `aerofleet.sizing.headroom`, for racks of any sizes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

Layout = tuple[tuple[int, int], ...]
"""(rack id, number of nodes) of every rack that has nodes, in the order of the ids."""
MOST_RACKS = 10
"""Above so many racks their sizes are taken as equal: the exact shares would take too long."""


@lru_cache(maxsize=16384)
def shares(layout: Layout, factor: int) -> Mapping[int, float]:
    """Return rack id → share of all partitions that each of its nodes has a copy of."""
    nodes = sum(count for _, count in layout)
    if nodes <= factor:
        return {rack: 1.0 for rack, _ in layout}
    rounds, rest = divmod(factor, len(layout))
    counts = tuple(count for _, count in layout)
    drawn = _drawn(counts, rest) if len(counts) <= MOST_RACKS else [min(1.0, rest * n / nodes) for n in counts]
    found = {rack: min(1.0, (rounds + chance) / n) for (rack, n), chance in zip(layout, drawn, strict=True)}
    missing = factor - sum(found[rack] * n for rack, n in layout)
    open_racks = [(rack, n) for rack, n in layout if found[rack] < 1]
    room = sum(n for _, n in open_racks)
    # A rack with fewer nodes than rounds holds every partition: its other copies go to the racks with room.
    return found | {rack: min(1.0, found[rack] + missing / room) for rack, _ in open_racks if missing > 1e-9}


def _drawn(counts: tuple[int, ...], rest: int) -> list[float]:
    """Return the chance of each rack to be among ``rest`` different ones, drawn one after the other by their number of
    nodes: the first nodes of a random order of all nodes, one for each rack.
    """
    chances = [0.0] * len(counts)
    states: dict[frozenset[int], float] = {frozenset(): 1.0}
    for _ in range(rest):
        following: dict[frozenset[int], float] = {}
        for taken, chance in states.items():
            left = sum(count for place, count in enumerate(counts) if place not in taken)
            for place, count in enumerate(counts):
                if place not in taken:
                    part = chance * count / left
                    chances[place] += part
                    state = taken | {place}
                    following[state] = following.get(state, 0.0) + part
        states = following
    return chances


def gained(before: Layout, after: Layout, factor: int, factor_before: int | None = None) -> float:
    """Return the copies of all partitions that nodes of ``after`` have to get, in units of one copy of all of them.

    A rack keeps as many of its nodes as both layouts have; the others are new, and empty.
    """
    was, now = shares(before, factor_before or factor), shares(after, factor)
    known, found = dict(before), 0.0
    for rack, count in after:
        kept = min(count, known.get(rack, 0))
        found += kept * max(0.0, now[rack] - was.get(rack, 0.0)) + (count - kept) * now[rack]
    return found
