"""Amounts as a person reads them."""

from __future__ import annotations

UNITS = {
    "bit/s": (("Gbit/s", 10**9), ("Mbit/s", 10**6), ("kbit/s", 10**3)),
    "B": (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)),
}


def amount(value: float, unit: str) -> str:
    """In a unit that leaves a number to read; what is compared stays exact."""
    for base, steps in UNITS.items():
        for name, step in steps:
            if unit.startswith(base) and value >= step:
                return f"{value / step:,.1f} {name}{unit.removeprefix(base)}"
    if unit in ("cores", "nodes"):
        return counted(int(value), unit.removesuffix("s"))
    return f"{value:,.1f} {unit}" if isinstance(value, float) else f"{value:,} {unit}"


def counted(count: int, name: str) -> str:
    return f"{count:,} {name}" + ("" if count == 1 else "s")
