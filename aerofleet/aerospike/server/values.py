"""Texts of the server's file as the numbers that the server reads in them.

Numbers take one unit: K, M, G, T or P (powers of 1024), times s, m, h or d; the unit alone is 0, and what is above
64 bits wraps around. Source: aerospike-server, cf_str.c.
"""

from __future__ import annotations

import re

from aerofleet.units.version import build_numbers, first_build

BITS_64 = 1 << 64
LARGEST_UINT32 = (1 << 32) - 1
NEVER_EXPIRES = LARGEST_UINT32
"""What -1 is read as where a time to live is expected, since 7.0; before, it was 0."""

_SIZE = re.compile(r"([0-9]*)([kKmMgGtTpP]?)")
_TIME = re.compile(r"([0-9]*)([sSmMhHdD]?)")
_INTEGER = re.compile(r"(-?)([0-9]*)([kKmMgG]?)")
_STRICT_INTEGER = re.compile(r"-?[0-9]+")
_HEX = re.compile(r"(?:0[xX])?[0-9a-fA-F]+")
_POWERS: dict[str, int] = {unit: 1024**power for power, unit in enumerate(("", "k", "m", "g", "t", "p"))}
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def unsigned(text: str) -> int | None:
    """``8K`` → 8192, None for what is no number without a sign."""
    found = _SIZE.fullmatch(text) if text else None
    if found is None:
        return None
    return int(found[1] or 0) % BITS_64 * _POWERS[found[2].lower()] % BITS_64


def seconds(text: str, version: str) -> int | None:
    """``30d`` → 2592000, None for what is no time or has more than 32 bits."""
    since_7 = build_numbers(version) >= first_build("7.0")
    if text == "-1" if since_7 else text.startswith("-1"):
        return NEVER_EXPIRES if since_7 else 0
    found = _TIME.fullmatch(text) if text else None
    if found is None:
        return None
    count = int(found[1] or 0) % BITS_64 * _SECONDS[found[2].lower()] % BITS_64
    return count if count <= LARGEST_UINT32 else None


def hexadecimal(text: str) -> int | None:
    """``a1`` → 161, None for what is no hexadecimal number of 64 bits."""
    found = int(text, 16) if _HEX.fullmatch(text) else None
    return found if found is not None and found < BITS_64 else None


def integer(text: str) -> int | None:
    """``-2`` → -2, None for what is no number."""
    found = _INTEGER.fullmatch(text) if text else None
    if found is None:
        return None
    value = int(found[2] or 0) * _POWERS[found[3].lower()]
    return -value if found[1] else value


def strict_integer(text: str) -> int | None:
    """The same for a number of 32 bits that takes no unit."""
    found = int(text) if _STRICT_INTEGER.fullmatch(text) else None
    return found if found is not None and -(1 << 31) <= found < 1 << 31 else None


def boolean(text: str) -> bool | None:
    """``TRUE`` → True, None for anything but true and false."""
    return {"true": True, "false": False}.get(text.lower())
