"""Numbers as people write them: sizes, counts, rates, durations, percentages. Exact: no float on the way.

Each parser takes a value from YAML (a number or a text) and returns an int in the base unit, or raises ValueError with
an example of a correct value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainValidator

BINARY = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50}
DECIMAL = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
SIZE_UNITS = {"": 1, "B": 1, **BINARY, **{f"{unit}B": value for unit, value in DECIMAL.items()}}
SIZE_UNITS |= {f"{unit}B": value for unit, value in BINARY.items()}
COUNT_UNITS = {"": 1, **DECIMAL}
TIME_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
BIT_UNITS = {f"{unit}bit/s": value for unit, value in DECIMAL.items()}

MAX_NUMBER = 2**63 - 1
"""Kubernetes and the server keep every quantity in 64 bits with a sign."""

MAX_PODS = 256
"""AKO 4.5.0 admits no larger cluster."""

MAX_DIGITS = 100
"""More than any real number has; Python refuses to parse thousands."""

_NUMBER = re.compile(r"([0-9][0-9_]*(?:\.[0-9]+)?)\s*([A-Za-z/%]*)")


def parse(value: object, units: Mapping[str, int], what: str, example: str) -> int:
    """Return a quantity in its base unit, which has to be a whole number: ``"1.5Gi"`` → 1610612736. Raises
    ValueError.
    """
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError(f"a {what} is written like {example}")  # noqa: TRY004 - pydantic reads ValueError only
    match = _NUMBER.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"'{value}' is no {what}; it is written like {example}")
    number, unit = match.groups()
    if unit not in units:
        known = ", ".join(sorted(filter(None, units), key=lambda unit: units[unit]))
        units_shown = f" ({known})" if known else ""
        raise ValueError(f"'{value}' has no unit that a {what} can have{units_shown}; it is written like {example}")
    exact = Fraction(number.replace("_", "")) * units[unit] if len(number) <= MAX_DIGITS else MAX_NUMBER + 1
    if exact > MAX_NUMBER:
        raise ValueError(f"'{value}' is larger than 64 bits can hold")
    if exact.denominator != 1:
        raise ValueError(f"'{value}' is not a whole number of the smallest unit")
    return int(exact)


def parse_positive(value: object, units: Mapping[str, int], what: str, example: str) -> int:
    number = parse(value, units, what, example)
    if number == 0:
        raise ValueError(f"a {what} has to be more than 0; it is written like {example}")
    return number


def parse_bytes(value: object) -> int:
    return parse(value, SIZE_UNITS, "size", "64Gi or 1.6TB")


def parse_count(value: object) -> int:
    return parse(value, COUNT_UNITS, "count", "250M or 1200")


def parse_per_second(value: object) -> int:
    if isinstance(value, str):
        value = value.strip().removesuffix("/s")
    return parse(value, COUNT_UNITS, "rate", "40k/s")


def parse_seconds(value: object) -> int:
    if value == 0:
        return 0
    return parse(value, TIME_UNITS, "duration", "30d, 12h or 90s")


def parse_millicores(value: object) -> int:
    """Return a CPU quantity of Kubernetes (``2`` or ``1500m``) in thousandths of a core."""
    if isinstance(value, str) and value.strip().endswith("m"):
        return parse_positive(value.strip()[:-1], {"": 1}, "CPU quantity", "4 or 1500m")
    return parse_positive(value, {"": 1000}, "CPU quantity", "4 or 1500m")


def parse_bits_per_second(value: object) -> int:
    return parse_positive(value, BIT_UNITS, "line rate", "25Gbit/s")


def parse_percent(value: object) -> int:
    percent = parse(value, {"%": 1, "": 1}, "percentage", "25%")
    if percent > 100:
        raise ValueError(f"'{value}' is more than 100 %")
    return percent


def parse_pods(value: object) -> int | Literal["auto"]:
    if value == "auto":
        return "auto"
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_PODS:
        raise ValueError(f"'{value}' is neither a whole number from 1 to {MAX_PODS} nor auto")
    return value


def parse_min_cluster_size(value: object) -> int | Literal["majority"]:
    if value == "majority":
        return "majority"
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_PODS:
        raise ValueError(f"'{value}' is neither a whole number from 1 to {MAX_PODS} nor majority")
    return value


Whole = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
"""Strict like Whole and Number: pydantic would else take `yes` for 1 and the text "0" for a number."""

Bytes = Annotated[int, BeforeValidator(parse_bytes, json_schema_input_type=int | str)]
Count = Annotated[int, BeforeValidator(parse_count, json_schema_input_type=int | str)]
PerSecond = Annotated[int, BeforeValidator(parse_per_second, json_schema_input_type=int | str)]
Seconds = Annotated[int, BeforeValidator(parse_seconds, json_schema_input_type=int | str)]
Millicores = Annotated[int, BeforeValidator(parse_millicores, json_schema_input_type=int | str)]
BitsPerSecond = Annotated[int, BeforeValidator(parse_bits_per_second, json_schema_input_type=int | str)]
PodCount = Annotated[int, Field(ge=1, le=MAX_PODS)]
Pods = Annotated[int | Literal["auto"], PlainValidator(parse_pods, json_schema_input_type=PodCount | Literal["auto"])]
MinClusterSize = Annotated[
    int | Literal["majority"],
    PlainValidator(parse_min_cluster_size, json_schema_input_type=PodCount | Literal["majority"]),
]
Percent = Annotated[int, BeforeValidator(parse_percent, json_schema_input_type=int | str)]
