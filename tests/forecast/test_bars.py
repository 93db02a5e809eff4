"""What becomes of each pod, as bars over time: on made forecasts, and laws over the cases of the steps."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from aerofleet.forecast.bars import (
    LEAVES,
    LEFT,
    OUT,
    REBUILT,
    SERVES,
    STARTS,
    Bar,
    Level,
    bars_of,
    columns_of,
    levels_of,
)
from tests.forecast import test_steps
from tests.forecast.made import forecast

RESTART = {"kind": "restart", "pods": ["c-1-1"], "out": ["c-1-1", "c-2-0"], "copies": [["a", 2, 1, 0], ["b", 1, 1, 1]]}
SHRINK = {"kind": "shrink", "pods": ["c-1-1"], "out": ["c-1-1"]}
GROW = {"kind": "grow", "pods": ["c-1-10"]}


def test_a_step_is_as_long_as_it_takes_at_most() -> None:
    steps = [{**RESTART, "seconds": [60, 120]}, {**GROW, "seconds": [0, 600]}]
    assert [(column.number, column.start, column.end) for column in columns_of(forecast({"steps": steps}))] == [
        (1, 0, 2),
        (2, 2, 12),
    ]


def test_where_a_time_is_not_known_all_steps_are_alike() -> None:
    steps = [{**RESTART, "seconds": [60, 120]}, GROW]
    assert [(column.start, column.end) for column in columns_of(forecast({"steps": steps}))] == [(0, 1), (1, 2)]


def test_pods_serve_from_their_start_until_they_leave() -> None:
    assert bars_of(columns_of(forecast({"steps": [RESTART, GROW, SHRINK]}))) == [
        Bar("c-1-1", "c-1", SERVES, 0, 3),
        Bar("c-1-1", "c-1", REBUILT, 0, 1),
        Bar("c-1-1", "c-1", LEAVES, 2, 3),
        Bar("c-1-10", "c-1", SERVES, 1, 3),
        Bar("c-1-10", "c-1", STARTS, 1, 2),
        Bar("c-2-0", "c-2", SERVES, 0, 3),
        Bar("c-2-0", "c-2", OUT, 0, 1),
    ]


def test_the_namespace_with_the_fewest_copies_counts() -> None:
    assert levels_of(columns_of(forecast({"steps": [RESTART, GROW]}))) == [
        Level(LEFT[0], 1, 0, 1),
        Level(LEFT[1], 1, 0, 1),
        Level(LEFT[2], 0, 0, 1),
    ]


@pytest.mark.parametrize("case", test_steps.cases())
def test_every_step_is_in_the_bars(case: dict[str, Any]) -> None:
    found = test_steps.forecast(case)
    columns = columns_of(found)
    assert all(before.end == after.start for before, after in pairwise(columns))
    bars = bars_of(columns)
    for column in columns:
        shown = {bar.pod for bar in bars if bar.does != SERVES and (bar.start, bar.end) == (column.start, column.end)}
        assert shown == {*column.step.pods, *column.step.out}
    assert {bar.pod for bar in bars if bar.does == SERVES} == {bar.pod for bar in bars}
