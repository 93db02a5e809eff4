"""What objects beside a cluster do to it."""

from __future__ import annotations

from typing import Any

import pytest

from aerofleet.ako.narrow import becomes
from aerofleet.ako.reasons.kinds import KINDS
from aerofleet.ako.reasons.objects import object_reasons
from aerofleet.findings.effect import Effect, worst
from tests.ako.specimen import cases


@pytest.mark.parametrize("case", cases("objects"), ids=lambda case: f"{case['effect']}: {case['why']}")
def test_an_object_has_the_effect_judged_by_hand(case: dict[str, Any]) -> None:
    reasons = list(object_reasons(case.get("old"), case.get("new")))
    assert str(worst(reasons)) == case["effect"]
    assert [reason.rule for reason in reasons if reason.effect == worst(reasons)][:1] == (
        [case["rule"]] if "rule" in case else []
    )
    assert all(reason.path and reason.message for reason in reasons)
    messages = " ".join(reason.message for reason in reasons)
    assert [part for part in case.get("says", []) if part not in messages] == []
    assert [part for part in case.get("silent", []) if part in messages] == []


def test_every_field_that_cannot_change_has_an_effect_of_its_own() -> None:
    for name, kind in KINDS.items():
        for path, field in kind.frozen:
            where = path.replace("*", "dataSource").split(".")
            old, new = ({"kind": name, "metadata": {"name": "a"}, "immutable": True} for _ in range(2))
            for side, value in ((old, "one"), (new, "two")):
                edited_at(side, where, value)
            reasons = list(object_reasons(old, new))
            expected = field.effect if field.is_replaced else Effect.REFUSED
            assert worst(reasons) == expected, (name, path)
            assert any(reason.rule in (field.rule.id, "frozen") for reason in reasons), (name, path)


def edited_at(resource: dict[str, Any], path: list[str], value: str) -> None:
    for key in path[:-1]:
        resource = resource.setdefault(key, {})
    resource[path[-1]] = value


def test_long_values_that_begin_and_end_alike_are_shown_where_they_differ() -> None:
    long = [{"targetLabel": f"label-{number}", "replacement": "a" * 30} for number in range(3)]
    entry = {**long[1], "replacement": "b" * 30}
    before, _, after = becomes(long, [long[0], entry, long[2]]).partition(" becomes ")
    assert before != after
    assert "aaa" in before
    assert "bbb" in after
