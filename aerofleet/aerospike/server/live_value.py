"""How a server reads the text of a live setting, and what it shows afterwards.

The server has a reader for each kind of number. None of them sees an overflow, some of them take any text: such a
setting is answered with ok and is another value than the one asked for. Source: aerospike-server 6.0 to 8.1.2
(cf_str.c: cf_str_atoi, cf_str_atoi_u64, cf_str_atoi_seconds, cf_strtol_i32; atoi and atoll of the C library).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Reader = Callable[[str], int | None]
"""From a text to the number that the server stores; None where the server refuses the text."""

BYTES: Mapping[str, int] = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
MORE_BYTES: Mapping[str, int] = {**BYTES, "t": 1 << 40, "p": 1 << 50}
SECONDS: Mapping[str, int] = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}

_NUMBER = re.compile(r"(-?)([0-9]*)([A-Za-z]?)", re.ASCII)
_LEADING = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]+)", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]+", re.ASCII)


def quantity(text: str, units: Mapping[str, int]) -> int | None:
    """Return the number that a person means with ``text``, with its unit applied; None where it is no number.

    A unit without digits is 0, as in the server.
    """
    match = _NUMBER.fullmatch(text)
    if not match or match[3].lower() not in units:
        return None
    amount = int(match[2] or "0") * units[match[3].lower()]
    return -amount if match[1] else amount


def int32(text: str) -> int | None:
    """Return a number of 32 bits with a sign and a unit of bytes. A larger one wraps around."""
    amount = quantity(text, BYTES)
    return None if amount is None else signed(amount, 32)


def cast_uint32(text: str) -> int | None:
    """Return the number of ``int32`` without its sign: -1 is 2^32 - 1."""
    amount = int32(text)
    return None if amount is None else unsigned(amount, 32)


def uint32(text: str) -> int | None:
    """Return a number of 32 bits without a sign. A larger one wraps around."""
    return None if text.startswith("-") else _wrapped(quantity(text, BYTES), 32)


def uint64(text: str) -> int | None:
    """Return a number of 64 bits without a sign, with a unit of bytes. A larger one wraps around."""
    return None if text.startswith("-") else _wrapped(quantity(text, MORE_BYTES), 64)


def seconds(text: str) -> int | None:
    """Return the seconds of a time with a unit. -1 is read as 2^32 - 1; 2^32 seconds or more are refused."""
    if text == "-1":
        return 2**32 - 1
    amount = None if text.startswith("-") else _wrapped(quantity(text, SECONDS), 64)
    return None if amount is None or amount >= 2**32 else amount


def strict_int32(text: str) -> int | None:
    """Return a number of 32 bits with a sign: nothing else is taken, and nothing wraps around."""
    if not _WHOLE.fullmatch(text):
        return None
    amount = int(text)
    return amount if -(2**31) <= amount < 2**31 else None


def lax_int32(text: str) -> int:
    """Return the number of the digits in front; 0 where there are none. Nothing is refused."""
    return signed(lax_int64(text), 32)


def lax_int64(text: str) -> int:
    """Return the number of the digits in front, at most 64 bits; 0 where there are none. Nothing is refused."""
    match = _LEADING.match(text)
    return max(-(2**63), min(2**63 - 1, int(match[1]))) if match else 0


def signed(amount: int, bits: int) -> int:
    """Return ``amount`` as it is stored in a number of so many bits with a sign."""
    half = 1 << (bits - 1)
    return (amount + half) % (1 << bits) - half


def unsigned(amount: int, bits: int) -> int:
    """Return ``amount`` as it is stored in a number of so many bits without a sign."""
    return amount % (1 << bits)


def _wrapped(amount: int | None, bits: int) -> int | None:
    return None if amount is None else unsigned(amount, bits)
