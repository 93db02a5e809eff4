"""Write amounts as people read them."""

from __future__ import annotations

from math import isfinite

UNITS = {
    "bit/s": (("Gbit/s", 10**9), ("Mbit/s", 10**6), ("kbit/s", 10**3)),
    "B": (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)),
}
SHORT_UNITS = {
    "s": (("days", 86400), ("h", 3600), ("min", 60), ("s", 1)),
    "B": (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3), ("B", 1)),
}
"""Unit → the short names of its multiples in a line that says how much, roughly; the largest first."""
TIMES = (("day", 86400), ("hour", 3600), ("minute", 60))
READ_IN_LARGER_UNIT = range(10_000, 1 << 64)
"""A number of bytes or seconds in this range is read more easily in a larger unit."""


def amount(value: float, unit: str) -> str:
    """Return ``value`` in a unit that leaves a short number to read: ``amount(1 << 31, "B")`` is ``2.0 GiB``.

    ``unit`` is a base unit: B, B/day, bit/s, s, cores, nodes, or any other one, which stays.
    """
    for base, steps in UNITS.items():
        for name, step in steps:
            if unit.startswith(base) and value >= step:
                return f"{value / step:,.1f} {name}{unit.removeprefix(base)}"
    if unit == "s":
        name, step = next(((name, step) for name, step in TIMES if value >= step), ("second", 1))
        return f"{value / step:,.1f}".removesuffix(".0") + f" {name}" + ("" if value == step else "s")
    if unit in ("cores", "nodes"):
        return counted(int(value), unit.removesuffix("s"))
    return f"{value:,.1f} {unit}" if isinstance(value, float) else f"{value:,} {unit}"


def exact(value: float, unit: str) -> str:
    """Return a parameter's value as it is written, with its unit (bytes, seconds, percent, … or none) and, for a large
    one, the amount that a person reads: ``1728000000 seconds (20,000 days)``."""
    if not unit or not isfinite(value):
        return str(value)
    base = {"bytes": "B", "seconds": "s"}.get(unit)
    readable = f" ({amount(value, base)})" if base and int(value) in READ_IN_LARGER_UNIT else ""
    return f"{value} {'%' if unit == 'percent' else unit}{readable}"


def amount_range(low: int, high: int, unit: str) -> str:
    """Return a rough range: ``amount_range(2400, 5400, "s")`` is ``40 to 90 min``.

    ``unit``: s or B. Both ends have one unit, unless ``low`` is below one of it: ``10 min to 9.2 h``. The unit of an
    end is the largest one of which it has one, of times two, so that a whole number says enough; below ten of it there
    is one decimal place.
    """
    name, step = _short(high, unit)
    own_name, own_step = (name, step) if low >= step or not low else _short(low, unit)
    first, last = _rough(low / own_step), _rough(high / step)
    if own_name != name:
        return f"{first} {own_name} to {last} {name}"
    return f"{last} {name}" if first == last else f"{first} to {last} {name}"


def _short(value: int, unit: str) -> tuple[str, int]:
    least = 2 if unit == "s" else 1
    return next(((name, step) for name, step in SHORT_UNITS[unit] if value >= least * step), SHORT_UNITS[unit][-1])


def _rough(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:,.0f}"


def counted(count: int, name: str) -> str:
    """Return ``1 cluster``, ``2 clusters``, ``1,000 clusters``."""
    return f"{count:,} {name}" + ("" if count == 1 else "s")
