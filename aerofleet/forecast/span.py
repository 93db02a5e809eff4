"""Ranges of bytes and seconds, and the figures that they rest upon. Loads nothing: the files of a cell read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """A range, both ends included; the name of the field that has it says the unit: bytes or seconds."""

    low: int
    high: int

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)

    def json(self) -> Json:
        return {"low": self.low, "high": self.high}


NOTHING = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Assumption:
    """A figure that the forecast takes for granted. ``override``: where a site writes its own measurement."""

    name: str
    value: Span
    unit: str
    source: str
    override: str

    def json(self) -> Json:
        return {
            "name": self.name,
            "value": self.value.json(),
            "unit": self.unit,
            "source": self.source,
            "override": self.override,
        }
