"""The pods that certainly find no host during a roll-out: their number, and the order in which they start."""

from __future__ import annotations

from typing import Any

import pytest

from aerofleet.ako.cluster import cluster_of
from aerofleet.analysis.fit.packing import Bin, Pods
from aerofleet.analysis.fit.room import CPU, MEMORY, RackRoom
from aerofleet.analysis.fit.unplaced import unplaced_pods

NEIGHBOUR = Pods("shop/other", 1, (30, 1))


def room_of(hosts: int, *pods: Pods) -> RackRoom:
    bins = tuple(Bin(f"h{number}", (100, 10)) for number in range(hosts))
    named: Any = bins  # a room counts its hosts, and looks at their names
    return RackRoom("nvme", "a", named, bins, bins, pods, (MEMORY, CPU), True)


CASES = {
    "a pod larger than every host": (1, (1, 40), (1, 200), ["0"]),
    "no room beside the neighbour": (1, (1, 40), (1, 80), ["0"]),
    "room": (1, (1, 40), (1, 60), []),
    "the last of several": (3, (3, 40), (3, 80), ["0"]),
    "a new one without a host of its own": (2, (2, 40), (3, 40), []),
    "nothing starts": (1, (1, 90), (1, 90), []),
    "a new cluster": (2, None, (2, 80), ["1"]),
}


@pytest.mark.parametrize("name", CASES)
def test_pods_without_a_host(name: str) -> None:
    hosts, old, new, expected = CASES[name]
    base, head = (
        room_of(hosts, NEIGHBOUR, *([Pods("shop/cart", one[0], (one[1], 1))] if one else [])) for one in (old, new)
    )
    spec = {"size": new[0], "rackConfig": {"racks": [{"id": 7, "rackLabel": "a"}]}}
    cluster = cluster_of({"metadata": {"name": "cart"}, "spec": spec})
    found = unplaced_pods("shop/cart", cluster, [base], [head])
    assert sorted(found) == [f"cart-7-{ordinal}" for ordinal in expected]


def test_a_rack_of_another_pool_says_nothing() -> None:
    cluster = cluster_of({"metadata": {"name": "cart"}, "spec": {"size": 1}})
    assert not unplaced_pods("shop/cart", cluster, [], [room_of(1, NEIGHBOUR)])
