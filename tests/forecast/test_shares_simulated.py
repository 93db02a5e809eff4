"""What nodes gain by their shares, against a simulation of all partitions with the server's own hash."""

from __future__ import annotations

from random import Random

import pytest

from aerofleet.forecast.rates import DEFAULT_RATES
from aerofleet.forecast.shares import gained
from tests.partitions.model import PARTITIONS, Add, Layout, Namespace, Node, Out
from tests.partitions.simulator import simulate

CASES = [
    ([3, 3], [2, 3], 2),
    ([2, 2, 2], [1, 2, 2], 2),
    ([6], [5], 2),
    ([3, 3, 3], [2, 3, 3], 3),
    ([2, 2, 2], [3, 3, 3], 2),
    ([4], [5], 2),
    ([5, 5, 5], [6, 5, 5], 2),
    ([4, 4, 4], [4, 4, 4, 4], 2),
]
"""Nodes in each rack before and after, and the replication factor."""
HASHED_PERCENT = 4


@pytest.mark.parametrize(("before", "after", "factor"), CASES)
@pytest.mark.parametrize("is_uniform", [False, True])
def test_nodes_get_what_their_shares_say(before: list[int], after: list[int], factor: int, is_uniform: bool) -> None:
    random = Random(11)
    nodes = [
        Node(f"n{rack}-{one}", rack, random.getrandbits(40)) for rack, n in enumerate(before, 1) for one in range(n)
    ]
    more = [
        Node(f"m{rack}-{one}", rack, random.getrandbits(40))
        for rack, n in enumerate(after, 1)
        for one in range(n - (before[rack - 1] if rack <= len(before) else 0))
    ]
    event = Add(tuple(more)) if more else Out((nodes[0].name,))
    namespace = Namespace(replication_factor=factor, uniform_balance=is_uniform)
    moved = simulate(Layout(tuple(nodes)), namespace, [event], writes=False)[-1].fills
    expected = PARTITIONS * gained(tuple(enumerate(before, 1)), tuple(enumerate(after, 1)), factor)
    percent = 100 * moved / expected
    range_percent = DEFAULT_RATES.balanced_percent
    low, high = (range_percent.low, range_percent.high) if is_uniform else (100 - HASHED_PERCENT, 100 + HASHED_PERCENT)
    assert low <= round(percent) <= high
