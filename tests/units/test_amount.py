"""Rough ranges of bytes and seconds, as a line of a forecast has them."""

from __future__ import annotations

import pytest

from aerofleet.units.amount import amount_range


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (2400, 5400, "s", "40 to 90 min"),
        (30, 90, "s", "30 to 90 s"),
        (0, 0, "s", "0 s"),
        (600, 86400, "s", "10 min to 24 h"),
        (86400, 864000, "s", "1 to 10 days"),
        (1_200_000_000_000, 1_200_000_000_000, "B", "1.2 TB"),
        (40_000_000_000, 1_200_000_000_000, "B", "40 GB to 1.2 TB"),
        (0, 800_000_000_000, "B", "0 to 800 GB"),
        (500, 999, "B", "500 to 999 B"),
    ],
)
def test_a_range_has_one_unit(low: int, high: int, unit: str, text: str) -> None:
    assert amount_range(low, high, unit) == text
