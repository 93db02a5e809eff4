"""Quantities as Kubernetes writes them back, judged by the rules of apimachinery's `Quantity`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerofleet.units.kubernetes_quantity import canonical, quantity, size_text

UNITS = ["", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "Ti", "e3", "e-3", "E2"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("4", "4"),
        ("1.0", "1"),
        ("4000m", "4"),
        ("0.5", "500m"),
        ("1000", "1k"),
        ("32768Mi", "32Gi"),
        ("1.5Gi", "1536Mi"),
        ("1073741824", "1073741824"),
        ("12e4", "120e3"),
        ("0", "0"),
        ("124999.001n", "125u"),
        ("-0.1n", "-1n"),
    ],
)
def test_a_quantity_is_written_back_in_its_shortest_form(written: str, kept: str) -> None:
    assert canonical(written) == kept


@given(st.integers(-(10**6), 10**6), st.integers(0, 999), st.sampled_from(UNITS))
def test_it_stays_the_same_quantity_and_is_short_already(whole: int, thousandths: int, unit: str) -> None:
    written = f"{whole}.{thousandths:03}{unit}"
    kept = canonical(written)
    assert abs(quantity(kept) - quantity(written)) < quantity("1n")
    assert canonical(kept) == kept


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(300, "300 bytes"), (1 << 30, "1 GiB"), (214748364800, "200 GiB"), (3758096384000, "3.4 TiB"), (1536, "1.5 KiB")],
)
def test_a_size_is_written_in_the_unit_that_people_read(size_bytes: int, text: str) -> None:
    assert size_text(size_bytes) == text
