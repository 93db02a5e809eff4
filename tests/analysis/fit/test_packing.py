"""Pods on hosts: an answer is certain, as a search of every placement shows."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aerofleet.analysis.fit.packing import Bin, Pods, answer_of, lack_of
from tests.fleet.project import CASES

PACKING: list[dict[str, Any]] = yaml.safe_load((CASES / "packing.yaml").read_text())


def hosts_of(case: dict[str, Any]) -> list[Bin]:
    return [Bin(str(index), tuple(room)) for index, room in enumerate(case["hosts"])]


def pods_of(case: dict[str, Any]) -> list[Pods]:
    return [
        Pods(name, count, tuple(need), "together" not in more, frozenset(str(one) for one in more if one != "not"))
        for name, (count, need, *more) in case["pods"].items()
    ]


@pytest.mark.parametrize("case", PACKING, ids=lambda case: case["about"])
def test_whether_pods_fit(case: dict[str, Any]) -> None:
    hosts, pods = hosts_of(case), pods_of(case)
    answer, lack = answer_of(hosts, pods)
    assert answer == case["answer"]
    assert ([lack.kind, lack.asked, lack.there] if lack else None) == case.get("lack")
    assert is_placeable(hosts, pods) == (answer == "fits")


AMOUNT = st.integers(0, 9)


@st.composite
def cells(draw: st.DrawFn) -> tuple[list[Bin], list[Pods]]:
    """Return up to three hosts, and up to six pods of up to four clusters."""
    dimensions, number = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    amounts = st.tuples(*[AMOUNT] * dimensions)
    hosts = [Bin(str(index), draw(amounts)) for index in range(number)]
    blocked = st.frozensets(st.sampled_from([host.name for host in hosts]), max_size=1)
    pods: list[Pods] = []
    for index in range(draw(st.integers(1, 4))):
        count = draw(st.integers(1, max(1, min(3, 6 - sum(one.count for one in pods)))))
        pods.append(Pods(f"c{index}", count, draw(amounts), draw(st.booleans()), draw(blocked)))
    return hosts, pods


@settings(max_examples=300, deadline=None)
@given(cells())
def test_an_answer_agrees_with_a_search_of_every_placement(cell: tuple[list[Bin], list[Pods]]) -> None:
    hosts, pods = cell
    answer, lack = answer_of(hosts, pods)
    is_possible = is_placeable(hosts, pods)
    assert answer == ("fits" if is_possible else "impossible")
    assert (lack is None) == is_possible
    if lack_of(hosts, pods):
        assert not is_possible


@settings(max_examples=50, deadline=None)
@given(cells())
def test_a_host_more_never_hurts(cell: tuple[list[Bin], list[Pods]]) -> None:
    hosts, pods = cell
    if answer_of(hosts, pods)[0] == "fits":
        assert answer_of([*hosts, Bin("more", hosts[0].room)], pods)[0] == "fits"


def test_what_takes_too_long_to_search_is_not_called_impossible() -> None:
    hosts = [Bin(str(index), (100, 100)) for index in range(30)]
    pods = [Pods(f"c{index}", 1, (30 + index % 7, 33 - index % 5)) for index in range(88)]
    assert answer_of(hosts, pods)[0] in ("fits", "unknown")


def is_placeable(hosts: list[Bin], pods: list[Pods]) -> bool:
    """Return whether any assignment of hosts to single pods has room, by trying all of them."""
    single = [group for group in pods for _ in range(group.count)]
    for chosen in product(hosts, repeat=len(single)):
        placed = list(zip(single, chosen, strict=True))
        own = [(pod.name, host.name) for pod, host in placed if pod.apart]
        if (
            len(own) == len(set(own))
            and all(host.name not in pod.never_on for pod, host in placed)
            and all(
                sum(pod.need[index] for pod, there in placed if there is host) <= room
                for host in hosts
                for index, room in enumerate(host.room)
            )
        ):
            return True
    return False
