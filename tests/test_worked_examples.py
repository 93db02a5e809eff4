"""The worked examples of docs/concepts/what-remains.md are what the product says, number by number.

``python -m tests.test_worked_examples`` writes the output of the product into the page anew: then count again by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from aerofleet.ako.cluster import cluster_of
from aerofleet.analysis.formats.timeline import timeline_of
from aerofleet.forecast.build import forecast_of
from aerofleet.forecast.model import Forecast, NamespaceData
from aerofleet.forecast.text import rollout_line, step_lines, worst_moment
from tests.fleet.project import ROOT
from tests.live.test_rollout import merge

PAGE = ROOT / "docs/concepts/what-remains.md"
PICTURE = PAGE.with_suffix(".svg")
BLOCK = re.compile(r"^```(yaml|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (\d+) \| (.+) \|$", re.MULTILINE)
DATA = {"cart": NamespaceData(60_000_000, 1_000, 1_000)}


@dataclass(frozen=True)
class Example:
    """``printed``: what the page says that the product prints, of the place ``at``. ``rows``: number of a step → the
    cells of its row in the table of the same change.
    """

    forecast: Forecast
    printed: str
    at: tuple[int, int]
    rows: dict[int, list[str]]


def examples(page: str) -> Iterator[Example]:
    """Yield each change of the page, with its output and its table."""
    cluster: dict[str, Any] = {}
    before: dict[str, Any] = {}
    change: dict[str, Any] = {}
    places = [match.start() for match in re.finditer("^# the change$", page, re.MULTILINE)] + [len(page)]
    for block in BLOCK.finditer(page):
        kind, text = block.groups()
        if kind == "text":
            end = next(place for place in places if place > block.start())
            start = max(place for place in places if place < block.start())
            rows = {int(number): cells.split(" | ") for number, cells in ROW.findall(page[start:end])}
            forecast = forecast_of(cluster_of(before), cluster_of(merge(before, change)), load=DATA)
            yield Example(forecast, text, (block.start(2), block.end(2)), rows)
        elif text.startswith("# the cluster"):
            before = cluster = yaml.safe_load(text)
        elif text.startswith("# before"):
            before = merge(cluster, yaml.safe_load(text))
        else:
            change = yaml.safe_load(text)


def printed(forecast: Forecast) -> str:
    moment = worst_moment([forecast])
    head = [rollout_line([forecast]), *([f"worst moment: {moment}"] if moment else [])]
    return "".join(f"{line}\n" for line in (*head, *step_lines(forecast)))


FOUND = list(examples(PAGE.read_text()))


@pytest.mark.parametrize("example", FOUND, ids=range(1, len(FOUND) + 1))
def test_the_page_has_what_the_product_prints(example: Example) -> None:
    assert printed(example.forecast) == example.printed


@pytest.mark.parametrize("example", FOUND, ids=range(1, len(FOUND) + 1))
def test_the_tables_count_as_the_product_does(example: Example) -> None:
    assert sorted(example.rows) == list(range(1, len(example.forecast.steps) + 1))
    for number, step in enumerate(example.forecast.steps, 1):
        what, *cells, least, host, rack = example.rows[number]
        (copies,) = step.copies
        assert (copies.copies, copies.after_host_loss, copies.after_rack_loss) == (int(least), int(host), int(rack))
        assert set(re.findall(r"cart-\d-\d", what)) == set(step.pods)
        if cells and step.out and step.kind == "restart":
            assert int(least) == min(map(int, cells)), "the least of the kinds of partitions"


def test_the_terms_of_the_time_are_those_of_the_first_step() -> None:
    page = PAGE.read_text()
    terms = re.findall(r"^\| [^|*]+ \| (\d+) \| (\d+) \| [^|]+ \|$", page, re.MULTILINE)
    (together,) = re.findall(r"^\| \*\*together\*\* \| (\d+) \| (\d+) \|", page, re.MULTILINE)
    seconds = FOUND[0].forecast.steps[0].seconds
    assert seconds is not None
    assert [sum(int(term[place]) for term in terms) for place in (0, 1)] == [seconds.low, seconds.high]
    assert tuple(map(int, together)) == (seconds.low, seconds.high)


def test_the_picture_is_that_of_the_first_example() -> None:
    assert PICTURE.read_text() == timeline_of([("shop/cart", FOUND[0].forecast)])


if __name__ == "__main__":
    text = PAGE.read_text()
    PICTURE.write_text(timeline_of([("shop/cart", next(examples(text)).forecast)]))
    for one in reversed(list(examples(text))):
        text = text[: one.at[0]] + printed(one.forecast) + text[one.at[1] :]
    PAGE.write_text(text)
