"""Unquoted YAML scalars as Kubernetes reads them.

Source: resolve.go of sigs.k8s.io/yaml (goyaml.v2), the reader in `kubectl` and the API server, whose result is
turned into JSON: a float without a fraction arrives as a whole number, a date as text.
"""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

_TRUE = ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON")
_FALSE = ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF")
_NULL = ("", "~", "null", "Null", "NULL")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(_TRUE, True),
    **dict.fromkeys(_FALSE, False),
    **dict.fromkeys(_NULL),
}
_NOT_JSON = frozenset(
    sign + word for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN")
) - {"+.nan", "+.NaN", "+.NAN", "-.nan", "-.NaN", "-.NAN"}

_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]*|0)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_OLD_OCTAL = re.compile(r"[-+]?0[0-7]+\Z")

_INT64_MIN, _UINT64_MAX = -(2**63), 2**64 - 1
_JSON_EXACT = 2**53
_LONGEST = 1000
"""Most characters of a number; Python itself refuses to read more than 4,300 digits."""


def read_plain(text: str) -> Scalar:
    """Return the value of an unquoted scalar. Raises ValueError for a number without a form in JSON or 64 bits."""
    first = text[:1]
    if first not in "+-.0123456789":
        return _WORDS.get(text, text)
    if first == "":
        return None
    if text in _NOT_JSON:
        raise ValueError(f"{text} has no place in JSON")
    return _read_number(text)


def _read_number(text: str) -> Scalar:
    digits = text if text[0] == "." else text.replace("_", "")
    if len(digits) > _LONGEST and (_INTEGER.match(digits) or _FLOAT.match(digits)):
        raise ValueError(f"a number of {len(digits)} characters does not fit 64 bits")
    if _INTEGER.match(digits):
        number = int(digits, 8) if _OLD_OCTAL.match(digits) else int(digits, 0)
        if not _INT64_MIN <= number <= _UINT64_MAX:
            raise ValueError(f"{text} does not fit 64 bits")
        return number
    if _FLOAT.match(digits):
        real = float(digits)
        if math.isinf(real):
            raise ValueError(f"{text} does not fit 64 bits")
        return int(real) if real.is_integer() and abs(real) < _JSON_EXACT else real
    return text
