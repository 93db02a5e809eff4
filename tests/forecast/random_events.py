"""Random layouts, namespaces and events for the simulator of partitions, and the same events for the forecast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from aerofleet.forecast.copies.partitions import Partitions, Placement
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

KINDS = ("out", "out", "back", "back", "settle", "settle", "quiesce", "add", "remove", "rack", "factor", "roster")
MOST_EVENTS = 7


class RandomCourse:
    """A layout and events: nodes leave and come in any order, settled or not."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.racks = random.randint(1, 3)
        count = random.randint(2, 7)
        self.layout = Layout(tuple(self._node(number) for number in range(count)))
        self.namespace = Namespace(
            random.randint(1, 3), random.random() < 0.35, random.random() < 0.7, random.random() < 0.3
        )
        self.count = count
        self.here = {node.name for node in self.layout.nodes}
        self.away: set[str] = set()
        self.events = [event for _ in range(random.randint(1, MOST_EVENTS)) for event in self._event()]

    def _node(self, number: int) -> Node:
        rack = number % self.racks if self.random.random() < 0.7 else self.random.randrange(self.racks)
        return Node(f"n{number}", rack, self.random.randrange(1 << 30))

    def _event(self) -> Iterator[Event]:
        random, here, away = self.random, sorted(self.here), sorted(self.away)
        match random.choice(KINDS):
            case "out" if len(here) > 1:
                some = random.sample(here, random.randint(1, min(2, len(here) - 1)))
                self.here -= set(some)
                self.away |= set(some)
                yield Out(tuple(some), clean=random.random() < 0.8)
            case "back" if away:
                some = random.sample(away, random.randint(1, len(away)))
                self.here |= set(some)
                self.away -= set(some)
                yield Back(tuple(some), empty=random.random() < 0.3)
            case "settle":
                yield Settle()
            case "quiesce":
                yield Quiesce(tuple(random.sample(here, random.randint(0, min(2, len(here) - 1)))))
            case "add" if random.random() < 0.5:
                new = tuple(self._node(self.count + number) for number in range(random.randint(1, 2)))
                self.count += len(new)
                self.here |= {node.name for node in new}
                yield Add(new)
            case "remove" if len(here) > 1 and random.random() < 0.5:
                some = random.sample(here, 1)
                self.here -= set(some)
                yield Remove(tuple(some))
            case "rack" if random.random() < 0.3:
                yield SetRack(tuple(random.sample(here, 1)), random.randrange(self.racks))
            case "factor" if not self.namespace.strong_consistency and random.random() < 0.4:
                yield SetReplicationFactor(random.randint(1, 3))
            case "roster" if self.namespace.strong_consistency:
                yield SetRoster(tuple(here))


class Followed:
    """The same events in `Partitions`."""

    def __init__(self, layout: Layout, namespace: Namespace) -> None:
        self.namespace = namespace
        self.factor = namespace.replication_factor
        self.place: dict[str, int] = {}
        self.rack: dict[str, int] = {}
        nodes = self._new(layout.nodes)
        self.partitions = Partitions(self._placement(), nodes, is_strong=namespace.strong_consistency)

    @property
    def racks(self) -> list[int]:
        """Return the nodes of each rack."""
        found: dict[int, int] = {}
        for name, rack in sorted(self.rack.items(), key=lambda item: item[1]):
            found[rack] = found.get(rack, 0) | self._bits([name])
        return list(found.values())

    def apply(self, event: Event) -> None:
        partitions, in_memory = self.partitions, self.namespace.in_memory
        match event:
            case Out():
                partitions.leave(self._bits(event.nodes), is_clean=event.clean and not in_memory)
            case Back():
                partitions.join(self._bits(event.nodes), is_empty=event.empty or in_memory)
            case Settle():
                partitions.settle()
            case Quiesce():
                partitions.quiesce(self._bits(event.nodes))
            case SetRoster():
                partitions.set_roster(self._bits(event.nodes))
            case SetRack():
                self.rack |= dict.fromkeys(event.nodes, event.rack)
                partitions.place(self._placement())
            case Add():
                nodes = self._new(event.nodes)
                partitions.placement = self._placement()
                partitions.join(nodes, is_empty=True)
            case Remove():
                partitions.remove(self._bits(event.nodes))
            case SetReplicationFactor():
                self.factor = event.copies
                partitions.place(self._placement())

    def _new(self, nodes: Sequence[Node]) -> int:
        for node in nodes:
            self.place[node.name] = len(self.place)
            self.rack[node.name] = node.rack
        return self._bits([node.name for node in nodes])

    def _bits(self, names: Sequence[str]) -> int:
        return sum(1 << self.place[name] for name in names)

    def _placement(self) -> Placement:
        return Placement(self.factor, tuple(self.racks), is_uniform=self.namespace.uniform_balance)
