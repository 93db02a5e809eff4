"""What objects beside a cluster do to it."""

from __future__ import annotations

from typing import Any

import pytest

from aerofleet.ako.effect import worst
from aerofleet.ako.reasons.objects import object_reasons
from tests.ako.specimen import cases


@pytest.mark.parametrize("case", cases("objects"), ids=lambda case: f"{case['effect']}: {case['why']}")
def test_an_object_has_the_effect_judged_by_hand(case: dict[str, Any]) -> None:
    reasons = list(object_reasons(case.get("old"), case.get("new")))
    assert str(worst(reasons)) == case["effect"]
    assert [reason.rule for reason in reasons if reason.effect == worst(reasons)][:1] == (
        [case["rule"]] if "rule" in case else []
    )
    assert all(reason.path and reason.message for reason in reasons)
