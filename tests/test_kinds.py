"""Which tests belong to which budget, and which only to the night."""

from __future__ import annotations

import pytest

from tests.conftest import kind


@pytest.mark.parametrize(
    ("markers", "of_kind"),
    [
        ((), "unit"),
        (("parametrize",), "unit"),
        (("soak",), "soak"),
        (("engine",), "engine"),
        (("engine", "nightly"), "nightly"),
        (("soak", "nightly"), "nightly"),
    ],
)
def test_the_kind_of_a_test(markers: tuple[str, ...], of_kind: str) -> None:
    assert kind(markers) == of_kind
