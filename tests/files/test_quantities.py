"""Numbers as people write them: exact, with a unit, and refused where they could mean two things."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerofleet.files import quantities
from aerofleet.files.quantities import parse_bytes, parse_millicores
from aerofleet.units.kubernetes_quantity import kubernetes_bytes, kubernetes_cpu

WRITTEN: list[tuple[str, Any, int]] = [
    ("bytes", "64Gi", 64 << 30),
    ("bytes", "1.5Gi", 3 << 29),
    ("bytes", "3.84TB", 3_840_000_000_000),
    ("bytes", "200B", 200),
    ("bytes", 4096, 4096),
    ("bytes", "1_000", 1000),
    ("bytes", "9223372036854775807", 2**63 - 1),
    ("bytes", "8191Pi", 8191 << 50),
    ("count", "250M", 250_000_000),
    ("count", "1200", 1200),
    ("per_second", "40k/s", 40_000),
    ("per_second", 500, 500),
    ("seconds", "30d", 2_592_000),
    ("seconds", "90s", 90),
    ("seconds", 0, 0),
    ("millicores", 4, 4000),
    ("millicores", "1500m", 1500),
    ("millicores", "2.5", 2500),
    ("bits_per_second", "25Gbit/s", 25_000_000_000),
    ("percent", "25%", 25),
    ("percent", 100, 100),
    ("pods", "auto", "auto"),  # type: ignore[list-item]
    ("pods", 256, 256),
]
REFUSED: list[tuple[str, Any, str]] = [
    ("bytes", "9" * 5000 + "Gi", "is larger than 64 bits can hold"),
    ("bytes", "8192Pi", "is larger than 64 bits can hold"),
    ("bytes", 2**64 - 1, "is larger than 64 bits can hold"),
    ("count", "999999999999T", "is larger than 64 bits can hold"),
    ("bytes", "1.00000000000000000000000000000000001Gi", "not a whole number of the smallest unit"),
    ("bytes", "64G", "has no unit that a size can have"),
    ("bytes", "64 gib", "has no unit that a size can have"),
    ("bytes", "", "is no size"),
    ("bytes", "-1Gi", "is no size"),
    ("bytes", "1e3", "is no size"),
    ("bytes", 1.5, "size is written like"),
    ("bytes", True, "size is written like"),
    ("bytes", "0.1B", "not a whole number of the smallest unit"),
    ("bytes", "６４Gi", "is no size"),
    ("seconds", 5, "has no unit that a duration can have"),
    ("seconds", "5w", "has no unit that a duration can have"),
    ("millicores", 0, "has to be more than 0"),
    ("bits_per_second", "25", "has no unit that a line rate can have"),
    ("percent", "101%", "is more than 100 %"),
    ("pods", 0, "neither a whole number from 1 to 256 nor auto"),
    ("pods", 257, "neither a whole number from 1 to 256 nor auto"),
    ("pods", True, "neither a whole number"),
]


def parser(kind: str) -> Callable[[Any], Any]:
    found: Callable[[Any], Any] = getattr(quantities, f"parse_{kind}")
    return found


@pytest.mark.parametrize(("kind", "written", "value"), WRITTEN)
def test_a_quantity_is_read(kind: str, written: Any, value: Any) -> None:
    assert parser(kind)(written) == value


@pytest.mark.parametrize(("kind", "written", "answer"), REFUSED)
def test_what_could_mean_anything_is_refused(kind: str, written: Any, answer: str) -> None:
    with pytest.raises(ValueError, match=re.escape(answer)):
        parser(kind)(written)


@given(st.integers(0, 2**60))
def test_bytes_are_written_so_that_they_are_read_again(count: int) -> None:
    assert parse_bytes(kubernetes_bytes(count)) == count


@given(st.integers(1, 10**7))
def test_cpu_is_written_so_that_it_is_read_again(millicores: int) -> None:
    assert parse_millicores(kubernetes_cpu(millicores)) == millicores
