"""What the package and the concept say by way of example is what happens."""

from __future__ import annotations

import doctest
import re
from dataclasses import fields
from pathlib import Path

from aerofleet.aerospike import sizing
from aerofleet.aerospike.sizing import SOURCES, Assumptions

UNITS = {"": 1, " KiB": 1 << 10, " GiB": 1 << 30}


def test_the_example_of_the_package() -> None:
    assert doctest.testmod(sizing).failed == 0


def test_every_planning_figure_has_a_source() -> None:
    assert set(SOURCES) == {each.name for each in fields(Assumptions)}


def test_the_planning_figures_in_the_concept() -> None:
    text = Path("docs/concepts/sizing.md").read_text(encoding="utf-8")
    table = text.partition("| figure | value |")[2].partition("\n\n")[0]
    told = {}
    for names, values in re.findall(r"^\| ([a-z_, ]+) \| (.+) \|$", table, re.MULTILINE):
        amounts = re.findall(r"([0-9]+(?:,[0-9]{3})*)( KiB| GiB)?", values)
        for name, (number, unit) in zip(names.split(", "), amounts, strict=True):
            told[name] = int(number.replace(",", "")) * UNITS[unit]
    assert len(told) >= 10
    assert told == {name: getattr(Assumptions(), name) for name in told}
