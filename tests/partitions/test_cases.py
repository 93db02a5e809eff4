"""The simulator agrees, step by step, with cases worked by hand, and with a published figure."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.partitions.model import (
    Add,
    Back,
    Event,
    Layout,
    Namespace,
    Node,
    Out,
    Quiesce,
    Remove,
    SetRack,
    SetReplicationFactor,
    SetRoster,
    Settle,
)
from tests.partitions.simulator import Simulation, simulate

FOLDER = Path(__file__).parents[1] / "cases" / "partitions"
CASES = [case for path in sorted(FOLDER.glob("*.yaml")) for case in yaml.safe_load(path.read_text(encoding="utf-8"))]
NOT_EVENTS = {"expect", "successions"}


def event_of(kind: str, value: Any, new: dict[str, int]) -> Event:
    """Return the event of one step of a case file. Raise KeyError for a kind that is not known."""
    events: dict[str, Callable[[], Event]] = {
        "out": lambda: Out(tuple(value)),
        "crash": lambda: Out(tuple(value), clean=False),
        "back": lambda: Back(tuple(value)),
        "back_empty": lambda: Back(tuple(value), empty=True),
        "settle": lambda: Settle(fills=value),
        "quiesce": lambda: Quiesce(tuple(value)),
        "set_roster": lambda: SetRoster(tuple(value)),
        "set_rack": lambda: SetRack(tuple(value["nodes"]), value["rack"]),
        "add": lambda: Add(tuple(Node(name, new[name]) for name in value)),
        "remove": lambda: Remove(tuple(value)),
        "replication_factor": lambda: SetReplicationFactor(value),
    }
    return events[kind]()


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_by_hand_equals_the_simulator(case: dict[str, Any]) -> None:
    layout = Layout(
        tuple(Node(name, rack) for name, rack in case["nodes"].items()),
        {partition: tuple(names) for partition, names in case["orders"].items()},
    )
    namespace = Namespace(**{"uniform_balance": False} | case["namespace"])
    simulation = Simulation(layout, namespace, partitions=len(case["orders"]))
    for number, step in enumerate(case["steps"]):
        observed = simulation.observe()
        for kind in step.keys() - NOT_EVENTS:
            observed = simulation.apply(event_of(kind, step[kind], case.get("new", {})))
        expected = step.get("expect", {})
        assert {name: attrgetter(name)(observed) for name in expected} == expected, f"step {number}: {step}"
        for partition, names in step.get("successions", {}).items():
            assert list(simulation.succession(partition)) == names, f"step {number}, partition {partition}"


@pytest.mark.parametrize(("nodes", "copies"), [(10, 2), (6, 3)])
def test_share_of_partitions_lost_with_as_many_nodes_as_copies(nodes: int, copies: int) -> None:
    """discuss.aerospike.com 2032: M!(N−R)! / ((M−R)! N!) of the partitions; 2 of 10 nodes and 2 copies: 2.2 %.

    A partition is lost with exactly one choice of R nodes, so the mean over all choices is the formula, exactly.
    """
    partitions = 256
    layout = Layout(tuple(Node(f"n{number}", identity=number) for number in range(nodes)))
    namespace = Namespace(copies, uniform_balance=False)
    lost = [
        simulate(layout, namespace, [Out(chosen)], partitions=partitions)[1].incomplete
        for chosen in combinations([node.name for node in layout.nodes], copies)
    ]
    assert sum(lost) == partitions
    assert max(lost) > 0
