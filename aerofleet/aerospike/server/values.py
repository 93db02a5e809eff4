"""The numbers that the server reads in the texts of its file.

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
    """Return the number: ``8K`` → 8192; None for a text that is no number without a sign."""
    match = _SIZE.fullmatch(text) if text else None
    if match is None:
        return None
    return int(match[1] or 0) % BITS_64 * _POWERS[match[2].lower()] % BITS_64


def seconds(text: str, version: str) -> int | None:
    """Return the seconds: ``30d`` → 2592000; None for a text that is no time, or one of more than 32 bits."""
    since_7 = build_numbers(version) >= first_build("7.0")
    if text == "-1" if since_7 else text.startswith("-1"):
        return NEVER_EXPIRES if since_7 else 0
    match = _TIME.fullmatch(text) if text else None
    if match is None:
        return None
    count = int(match[1] or 0) % BITS_64 * _SECONDS[match[2].lower()] % BITS_64
    return count if count <= LARGEST_UINT32 else None


def hexadecimal(text: str) -> int | None:
    """Return the number: ``a1`` → 161; None for a text that is no hexadecimal number of 64 bits."""
    number = int(text, 16) if _HEX.fullmatch(text) else None
    return number if number is not None and number < BITS_64 else None


def integer(text: str) -> int | None:
    """Return the number: ``-2`` → -2; None for a text that is no number."""
    match = _INTEGER.fullmatch(text) if text else None
    if match is None:
        return None
    value = int(match[2] or 0) * _POWERS[match[3].lower()]
    return -value if match[1] else value


def strict_integer(text: str) -> int | None:
    """Return the number of 32 bits; None for a text that is none, or has a unit."""
    number = int(text) if _STRICT_INTEGER.fullmatch(text) else None
    return number if number is not None and -(1 << 31) <= number < 1 << 31 else None


def boolean(text: str) -> bool | None:
    """Return the flag: ``TRUE`` → True; None for anything but true and false."""
    return {"true": True, "false": False}.get(text.lower())
