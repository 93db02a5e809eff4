"""The forecast of copies against the simulator of partitions: never above the truth, and nearly always exact.

The simulator, `tests.partitions`, has all partitions of a layout and shares no module with the forecast, which counts
the choices of nodes. Every case comes from its number, so a failure names the case to run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

import pytest

from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.rollout.acts import Repeat
from aerofleet.ako.rollout.forecast import rollout_between
from aerofleet.ako.rollout.model import Facts
from aerofleet.ako.status import finished_status
from aerofleet.forecast.copies.course import copies_of
from aerofleet.forecast.copies.spread import PARTITIONS
from tests.forecast.random_changes import random_change
from tests.forecast.random_events import Followed, RandomCourse
from tests.forecast.rollout_simulation import Course, Figures, level
from tests.partitions.model import Layout, Namespace, Node, Out
from tests.partitions.simulator import Simulation

SIMULATED = 192
"""Partitions of a simulation: enough for every choice of up to three of eight nodes to be that of one of them."""
LEAST_EXACT = 0.95

Pair = tuple[Figures, Figures]
"""(forecast, truth) of one moment."""


@dataclass
class Agreement:
    """``exact``: cases of which all figures are equal at all moments. ``milder``: moments with a figure too good."""

    cases: int = 0
    exact: int = 0
    moments: int = 0
    milder: list[str] = field(default_factory=list)

    def add(self, name: str, pairs: Iterable[Pair]) -> None:
        every = list(pairs)
        if not every:
            return
        self.cases += 1
        self.moments += len(every)
        self.exact += all(forecast == truth for forecast, truth in every)
        self.milder += [f"{name}: {pair}" for pair in every if _is_milder(*pair)]

    def check(self) -> None:
        assert not self.milder, self.milder[:5]
        assert self.exact >= LEAST_EXACT * self.cases, f"{self.exact} of {self.cases} are exact"


def _is_milder(forecast: Figures, truth: Figures) -> bool:
    return forecast.worse(truth) != forecast


def of_change(number: int) -> Iterator[Pair]:
    """Yield a pair for every act of the roll-out of a random change; nothing for one that is refused."""
    change = random_change(Random(number))
    before, after = cluster_of(change.old), cluster_of(change.new)
    status = replace(finished_status(before), failed=change.failed)
    facts = Facts(nodes=change.hosts)
    rollout = rollout_between(before, after, status, facts=facts)
    copies = copies_of(before, after, rollout, status=status, facts=facts)
    course = Course(before, after, change.name, change.hosts or {}, change.failed, SIMULATED)
    truths: dict[int, Figures] = {}
    for step, truth in course.truths(rollout):
        truths[id(step)] = truth.worse(truths.get(id(step), truth))
    for step in (inner for one in rollout.steps for inner in (one.steps if isinstance(one, Repeat) else (one,))):
        (found,) = copies.after(step)
        unserved = level(found.unavailable, PARTITIONS)
        yield Figures(found.copies, found.after_host_loss, found.after_rack_loss, unserved), truths[id(step)]


def of_events(number: int) -> Iterator[Pair]:
    """Yield a pair for the beginning of a random layout, and for every event of a random list."""
    course = RandomCourse(Random(number))
    simulation = Simulation(course.layout, course.namespace, partitions=SIMULATED)
    followed = Followed(course.layout, course.namespace)
    observed = simulation.observe()
    for event in (None, *course.events):
        if event is not None:
            observed = simulation.apply(event)
            followed.apply(event)
        partitions = followed.partitions
        forecast = Figures(
            partitions.copies(),
            partitions.after_node_loss(),
            partitions.after_loss(followed.racks),
            level(partitions.unserved(), PARTITIONS),
        )
        losses = observed.node_loss.record_copies, observed.rack_loss.record_copies
        unserved = level(observed.unavailable + observed.dead, SIMULATED)
        yield forecast, Figures(observed.record_copies, *losses, unserved)


def agreement(pairs_of: Callable[[int], Iterable[Pair]], numbers: range) -> Agreement:
    found = Agreement()
    for number in numbers:
        found.add(f"{pairs_of.__name__}({number})", pairs_of(number))
    return found


@pytest.mark.parametrize("pairs_of", [of_change, of_events])
def test_some_hundred_cases(pairs_of: Callable[[int], Iterable[Pair]]) -> None:
    agreement(pairs_of, range(150)).check()


@pytest.mark.nightly
@pytest.mark.parametrize("pairs_of", [of_change, of_events])
def test_ten_thousand_cases(pairs_of: Callable[[int], Iterable[Pair]]) -> None:
    found = agreement(pairs_of, range(1000, 13_000))
    assert found.cases >= 10_000
    found.check()


@pytest.mark.parametrize(
    ("racks", "factor", "away"),
    [
        ((0, 0, 0, 0, 0), 2, (0, 1)),
        ((0, 0, 0, 0, 0), 2, (0, 1, 2)),
        ((0, 0, 1, 1, 2, 2), 2, (0, 2)),
        ((0, 0, 0, 1, 1, 2), 2, (0, 3, 5)),
        ((0, 0, 0, 0, 0, 0, 0, 0, 0), 3, (0, 1, 2, 3)),
    ],
)
def test_the_expected_number_of_partitions_not_served(
    racks: tuple[int, ...], factor: int, away: tuple[int, ...]
) -> None:
    nodes = tuple(Node(f"n{number}", rack, number * 7919) for number, rack in enumerate(racks))
    simulation = Simulation(Layout(nodes), Namespace(factor, strong_consistency=True))
    followed = Followed(Layout(nodes), simulation.namespace)
    event = Out(tuple(f"n{number}" for number in away))
    followed.apply(event)
    assert followed.partitions.unserved() == pytest.approx(simulation.apply(event).unavailable, rel=0.1)
