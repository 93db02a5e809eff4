"""Pods on hosts: what is too little for every placement, a placement by first fit, and an exact search for few pods.

Amounts are whole numbers, one for each dimension: bytes of memory, thousandths of a core, volumes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush
from operator import le, sub, truediv
from typing import Literal

Amounts = tuple[int, ...]
Answer = Literal["fits", "impossible", "unknown"]
MOST_GROUPS_TO_SEARCH = 40
MOST_STEPS = 4_000
MOST_PAIRS = 200_000
MOST_TRIES = 100
"""Bounds of the work, so that a cell is judged in milliseconds; beyond them the answer is unknown."""


@dataclass(frozen=True, slots=True)
class Bin:
    """A host: what it has for pods."""

    name: str
    room: Amounts


@dataclass(frozen=True, slots=True)
class Pods:
    """Equal pods of one cluster. ``need``: of one pod; ``apart``: each on a host of its own; ``never_on``: the hosts
    that they must not use.
    """

    name: str
    count: int
    need: Amounts
    apart: bool = True
    never_on: frozenset[str] = frozenset()

    def may_use(self, host: Bin) -> bool:
        """Return whether one pod fits on the host while it is empty."""
        return host.name not in self.never_on and fits(self.need, host.room)


@dataclass(frozen=True, slots=True)
class Lack:
    """Why there is no placement.

    ``kind``: ``sum``: all pods together ask for more than all hosts have; ``large``: the pods that ask for ``least`` or
    more are more than the hosts hold; ``hosts``: the pods of one cluster are more than the hosts that can hold one;
    ``none``: no single amount is short, but every placement was tried.

    ``dimension``: index of the amount. ``asked`` and ``there``: amounts for ``sum``, numbers of pods otherwise.
    ``pods``: those that count. ``beside``: pods of which every host has one; they are subtracted before.
    """

    kind: Literal["sum", "large", "hosts", "none"]
    pods: tuple[Pods, ...]
    asked: int
    there: int
    dimension: int = 0
    least: int = 0
    beside: tuple[Pods, ...] = ()

    @property
    def missing(self) -> int:
        return self.asked - self.there


def fits(need: Amounts, room: Amounts) -> bool:
    """Return whether every amount of ``need`` is in ``room``."""
    return all(map(le, need, room))


def less(room: Amounts, need: Amounts) -> Amounts:
    """Return the room that is left beside ``need``."""
    return tuple(map(sub, room, need))


def lack_of(hosts: Sequence[Bin], pods: Sequence[Pods]) -> Lack | None:
    """Return what is too little for every placement, None where these bounds don't tell.

    The bounds hold for every packing: sums, and for each threshold t the number of items of t or more against the
    number of them that the bins hold (the room of each divided by t, rounded down).
    """
    rooms = Counter(host.room for host in hosts)
    usable: dict[tuple[Amounts, frozenset[str]], int] = {}
    for group in pods:
        key = group.need, group.never_on
        if key not in usable:
            blocked = (host for host in hosts if host.name in group.never_on and fits(group.need, host.room))
            large_enough = sum(number for room, number in rooms.items() if fits(group.need, room))
            usable[key] = large_enough - (sum(1 for _ in blocked) if group.never_on else 0)
        if group.count > usable[key] and (group.apart or not usable[key]):
            return Lack("hosts", (group,), group.count, usable[key])
    dimensions = range(len(hosts[0].room) if hosts else 0)
    for dimension in dimensions:
        asked = sum(group.count * group.need[dimension] for group in pods)
        there = sum(room[dimension] * number for room, number in rooms.items())
        if asked > there:
            return Lack("sum", tuple(group for group in pods if group.need[dimension]), asked, there, dimension)
    for dimension in dimensions:
        if lack := _too_many_large(rooms, pods, dimension):
            return lack
    return _lack_beside(hosts, pods)


def _lack_beside(hosts: Sequence[Bin], pods: Sequence[Pods]) -> Lack | None:
    """Return what is too little beside the clusters that have as many pods as there are hosts: each host has one."""
    everywhere = [group for group in pods if group.apart and group.count == len(hosts)]
    others = [group for group in pods if group not in everywhere]
    if not everywhere or not others:
        return None
    taken = tuple(map(sum, zip(*(group.need for group in everywhere), strict=True)))
    if any(not fits(taken, host.room) for host in hosts):
        return None
    lack = lack_of([Bin(host.name, less(host.room, taken)) for host in hosts], others)
    return replace(lack, beside=tuple(everywhere)) if lack else None


def _too_many_large(rooms: Mapping[Amounts, int], pods: Sequence[Pods], dimension: int) -> Lack | None:
    ordered = sorted(pods, key=lambda group: -group.need[dimension])
    asked = at_once = 0
    for index, group in enumerate(ordered):
        asked += group.count
        at_once += 1 if group.apart else group.count
        least = group.need[dimension]
        is_last = index + 1 == len(ordered) or ordered[index + 1].need[dimension] < least
        if least and is_last:
            there = sum(min(room[dimension] // least, at_once) * number for room, number in rooms.items())
            if asked > there:
                return Lack("large", tuple(ordered[: index + 1]), asked, there, dimension, least)
    return None


def answer_of(hosts: Sequence[Bin], pods: Sequence[Pods]) -> tuple[Answer, Lack | None]:
    """Return whether a placement of the pods exists, and why none does."""
    if lack := lack_of(hosts, pods):
        return "impossible", lack
    ordered = _ordered(hosts, pods)
    if _spread(hosts, ordered):
        return "fits", None
    if len(hosts) * len(pods) > MOST_PAIRS:
        return "unknown", None
    if any(_first_fit(hosts, ordered, tight=tight) for tight in (False, True)):
        return "fits", None
    if len(ordered) > MOST_GROUPS_TO_SEARCH:
        return "unknown", None
    search = _Search(_single(ordered))
    if search.places(hosts):
        return "fits", None
    count = sum(group.count for group in pods)
    return ("unknown", None) if search.is_cut_off else ("impossible", Lack("none", tuple(pods), count, 0))


def _ordered(hosts: Sequence[Bin], pods: Sequence[Pods]) -> list[Pods]:
    """Return the pods, those that take the largest part of a host first."""
    sizes = [max(amounts) or 1 for amounts in zip(*(host.room for host in hosts), strict=True)]

    def share(group: Pods) -> float:
        return max((need / size for need, size in zip(group.need, sizes, strict=True)), default=0)

    return sorted(pods, key=lambda group: (-share(group), -group.count, group.name))


def _spread(hosts: Sequence[Bin], ordered: Sequence[Pods]) -> bool:
    """Return whether the pods have a placement in which each is on the emptiest host. Fast where there is much room."""
    full = [max(amounts) or 1 for amounts in zip(*(host.room for host in hosts), strict=True)]

    def emptiness(room: Amounts) -> float:
        return -float(min(map(truediv, room, full)))

    heap = [(emptiness(host.room), index, host.room) for index, host in enumerate(hosts)]
    heapify(heap)
    for group in ordered:
        left, aside = group.count, []
        while left and heap:
            _, index, room = heappop(heap)
            if hosts[index].name in group.never_on or not fits(group.need, room):
                aside.append((emptiness(room), index, room))
                if len(aside) > MOST_TRIES:
                    return False
                continue
            left -= 1
            room = less(room, group.need)
            one = (emptiness(room), index, room)
            if group.apart:
                aside.append(one)
            else:
                heappush(heap, one)
        if left:
            return False
        for one in aside:
            heappush(heap, one)
    return True


def _first_fit(hosts: Sequence[Bin], ordered: Sequence[Pods], *, tight: bool) -> bool:
    """Return whether first fit places all pods, in the order of the hosts; ``tight``: on the fullest hosts first."""
    rooms = [host.room for host in hosts]
    for group in ordered:
        left, need = group.count, group.need
        order: Sequence[int] = range(len(rooms))
        if tight:
            order = sorted(order, key=rooms.__getitem__)
        for index in order:
            if group.never_on and hosts[index].name in group.never_on:
                continue
            while left and fits(need, rooms[index]):
                rooms[index] = less(rooms[index], need)
                left -= 1
                if group.apart:
                    break
            if not left:
                break
        if left:
            return False
    return True


def _single(ordered: Sequence[Pods]) -> list[Pods]:
    """Return the same pods; those that may share a host with others of their cluster one by one."""
    return [
        one
        for group in ordered
        for one in ([group] if group.apart else [Pods(group.name, 1, group.need, True, group.never_on)] * group.count)
    ]


State = tuple[tuple[frozenset[int], Amounts], ...]
"""Of each host: the pods that must not use it, by their index; and the room that is left. Sorted, so that equal states
are one."""


@dataclass(slots=True)
class _Search:
    """Every placement of the pods, up to the exchange of equal hosts, depth first. ``is_cut_off``: it has taken all its
    steps, so that nobody knows whether there is one.
    """

    pods: Sequence[Pods]
    steps: int = 0
    failed: set[tuple[int, State]] = field(default_factory=set)

    @property
    def is_cut_off(self) -> bool:
        return self.steps > MOST_STEPS

    def places(self, hosts: Sequence[Bin]) -> bool:
        never = [
            frozenset(index for index, group in enumerate(self.pods) if host.name in group.never_on) for host in hosts
        ]
        return self._from(0, _sorted(zip(never, (host.room for host in hosts), strict=True)))

    def _from(self, index: int, state: State) -> bool:
        if index == len(self.pods):
            return True
        self.steps += 1
        if self.is_cut_off or (index, state) in self.failed:
            return False
        need = self.pods[index].need
        classes = Counter(state)
        usable = [one for one in classes if index not in one[0] and fits(need, one[1])]
        for chosen in _choices([classes[one] for one in usable], self.pods[index].count):
            left = Counter(classes)
            for (never, room), number in zip(usable, chosen, strict=True):
                left[never, room] -= number
                left[never, less(room, need)] += number
            if self._from(index + 1, _sorted(left.elements())):
                return True
            if self.is_cut_off:
                return False
        self.failed.add((index, state))
        return False


def _sorted(hosts: Iterator[tuple[frozenset[int], Amounts]]) -> State:
    return tuple(sorted(hosts, key=lambda host: (host[1], sorted(host[0]))))


def _choices(counts: Sequence[int], total: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to take ``total`` of classes with ``counts`` members, the first classes first."""
    if not counts:
        if total == 0:
            yield ()
        return
    rest = sum(counts[1:])
    for number in range(min(counts[0], total), max(0, total - rest) - 1, -1):
        for others in _choices(counts[1:], total - number):
            yield (number, *others)
