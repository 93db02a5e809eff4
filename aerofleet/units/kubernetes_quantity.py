"""Kubernetes quantities: as exact numbers, and as Kubernetes writes them back."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import Any

_FORM = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+))(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?")
_BINARY = {unit: Fraction(1024) ** power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)}
_DECIMAL = {
    unit: Fraction(1000) ** power for power, unit in enumerate(("n", "u", "m", "", "k", "M", "G", "T", "P", "E"), -3)
}
_UNITS = _BINARY | _DECIMAL
_EXPONENTS = {f"e{power}" if power else "": Fraction(10) ** power for power in range(-9, 61, 3)}


@lru_cache(maxsize=4096)
def quantity(value: Any) -> Fraction:
    """Return the number of a quantity: ``500m`` → 1/2, ``64Gi`` → 68719476736. Any other value is 0: the schema refuses
    it.
    """
    match = _FORM.fullmatch(str(value))
    if match is None:
        return Fraction(0)
    number, unit = match.groups(default="")
    if unit[:1] in ("e", "E") and len(unit) > 1:
        return Fraction(number) * Fraction(10) ** max(min(int(unit[1:]), 60), -60)
    return Fraction(number) * _UNITS[unit]


def size_text(size_bytes: int) -> str:
    """Return a size for people, in the largest unit that it fills: ``200 GiB``, ``1.5 TiB``, ``300 bytes``."""
    for unit, power in (("TiB", 4), ("GiB", 3), ("MiB", 2), ("KiB", 1)):
        if size_bytes >= 1024**power:
            return f"{size_bytes / 1024**power:.1f} {unit}".replace(".0 ", " ")
    return f"{size_bytes} bytes"


@lru_cache(maxsize=4096)
def canonical(value: str) -> str:
    """Return a quantity as Kubernetes writes it back: ``4000m`` → ``4``, ``32768Mi`` → ``32Gi``, ``0.5`` → ``500m``.

    The family of the unit stays, so ``1Gi`` and ``1073741824`` remain two texts; a part of a billionth counts as a
    whole one.
    Source: apimachinery, `resource.Quantity`.
    """
    billionths, match = quantity(value) * 10**9, _FORM.fullmatch(value)
    number = Fraction(ceil(billionths) if billionths > 0 else floor(billionths), 10**9)
    unit = (match.group(2) or "") if match else ""
    units = _DECIMAL
    if unit in _BINARY and abs(number) >= 1024 and number.denominator == 1:
        units = {"": Fraction(1)} | _BINARY
    elif unit[:1] in ("e", "E") and len(unit) > 1:
        units = _EXPONENTS
    unit = [name for name, size in units.items() if (number / size).denominator == 1][-1]
    return f"{number / units[unit]}{unit}" if number else "0"


def kubernetes_bytes(count: int) -> str:
    """Return the shortest exact Kubernetes quantity: 68719476736 → ``64Gi``."""
    for power, unit in reversed(list(enumerate(("Ki", "Mi", "Gi", "Ti", "Pi"), 1))):
        if count and count % 1024**power == 0:
            return f"{count // 1024**power}{unit}"
    return str(count)


def kubernetes_cpu(millicores: int) -> str:
    """Return the Kubernetes quantity of a number of thousandths of a core: 2000 → ``2``, 1500 → ``1500m``."""
    return str(millicores // 1000) if millicores % 1000 == 0 else f"{millicores}m"
