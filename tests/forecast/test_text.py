"""The lines of a forecast that people read, on cases judged by hand, and laws of the ranges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.forecast.text import assumed, longest, rollout_line, step_lines, worst_moment
from tests.forecast.made import forecast

FILE = Path(__file__).parents[1] / "cases" / "forecast" / "lines.yaml"
CASES = yaml.safe_load(FILE.read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_lines(case: dict[str, Any]) -> None:
    forecasts = [forecast(one) for one in case["forecasts"]]
    assert rollout_line(forecasts) == case["line"]
    assert worst_moment(forecasts) == case["worst"]
    if "steps" in case:
        assert list(step_lines(forecasts[0])) == case["steps"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_the_order_of_clusters_changes_nothing(case: dict[str, Any]) -> None:
    forecasts = [forecast(one) for one in case["forecasts"]]
    assert rollout_line(forecasts[::-1]) == rollout_line(forecasts)
    assert worst_moment(forecasts[::-1]) == worst_moment(forecasts)


def test_what_is_assumed_is_named_once_and_the_rest_counted() -> None:
    one = {"steps": [], "unknown": ["a: taken to be free", "b"], "chances": ["c is refused"]}
    two = {"steps": [], "unknown": ["b", "d", "e"]}
    assert assumed([forecast(one)]) == "a: taken to be free; b; by chance, c is refused"
    assert assumed([forecast(one), forecast(two)]) == "a: taken to be free; b; by chance, c is refused; and 2 more"
    assert assumed([]) == ""


def test_the_longest_of_several_says_how_long_all_take() -> None:
    one = {"kind": "restart", "pods": ["a"]}
    short, long = ({"steps": [{**one, "seconds": seconds}]} for seconds in ([60, 90], [30, 600]))
    found = longest([forecast(short), forecast(long), forecast({"steps": []})])
    assert found and (found.low, found.high) == (60, 600)
    assert longest([forecast(short), forecast({"steps": [one]})]) is None
    assert longest([forecast({"steps": []})]) is None
