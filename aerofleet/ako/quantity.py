"""Kubernetes quantities as exact numbers."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Any

_FORM = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+))(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?")
_BINARY = {unit: Fraction(1024) ** power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)}
_DECIMAL = {
    unit: Fraction(1000) ** power for power, unit in enumerate(("n", "u", "m", "", "k", "M", "G", "T", "P", "E"), -3)
}
_UNITS = _BINARY | _DECIMAL


@lru_cache(maxsize=4096)
def quantity(value: Any) -> Fraction:
    """``500m`` → 1/2, ``64Gi`` → 68719476736. What is no quantity reads as 0: the schema has its own word for it."""
    found = _FORM.fullmatch(str(value))
    if found is None:
        return Fraction(0)
    number, unit = found.groups(default="")
    if unit[:1] in ("e", "E") and len(unit) > 1:
        return Fraction(number) * Fraction(10) ** max(min(int(unit[1:]), 60), -60)
    return Fraction(number) * _UNITS[unit]
