"""One figure of a sizing as `aerofleet explain` shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Number = int | float


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its formula. ``formula`` is arithmetic over the names in ``inputs``: + − × ÷, //, ceil, round, min,
    max, power(base, exponent), round_up(value, unit) and power_of_two(value), the next one that is no smaller.
    ``scope``: the namespace, or empty for the whole node. ``source``: the source of formula and constants.
    """

    scope: str
    name: str
    value: Number
    unit: str
    formula: str
    inputs: Mapping[str, Number]
    source: str

    def __str__(self) -> str:
        inputs = ", ".join(f"{name} = {value:,}" for name, value in self.inputs.items())
        name = f"{self.scope}: {self.name}" if self.scope else self.name
        return f"{name} = {self.value:,} {self.unit}\n  {self.formula}\n  {inputs}\n  {self.source}"
