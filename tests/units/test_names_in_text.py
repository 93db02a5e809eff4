"""Several names in a sentence."""

from __future__ import annotations

import pytest

from aerofleet.units.names_in_text import listed, shortened


@pytest.mark.parametrize(
    ("names", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_the_last_of_several_names_follows_and(names: list[str], text: str) -> None:
    assert listed(names) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, ""), (2, "n, n"), (3, "n, n and 1 more"), (1002, "n, n and 1,000 more")]
)
def test_names_beyond_the_most_are_counted(number: int, text: str) -> None:
    assert shortened(["n"] * number, 2) == text
