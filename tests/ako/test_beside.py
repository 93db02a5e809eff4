"""Hazards of a cluster together with what is in the same file: each has a case with it and one without."""

from __future__ import annotations

from typing import Any

import pytest

from aerofleet.ako.hazards.beside import BESIDE, BESIDE_CHANGES, change_hazards_beside, hazards_beside
from aerofleet.ako.object_set import ObjectSet
from aerofleet.findings import Finding
from tests.ako.specimen import cases, cluster

CASES = cases("beside")


def found(case: dict[str, Any], objects: list[dict[str, Any]], others: list[dict[str, Any]]) -> list[Finding]:
    clusters = [cluster(case["base"], case.get("edit", {}))]
    clusters += [cluster(other["base"], other.get("edit", {})) for other in others]
    after = ObjectSet([*clusters, *objects])
    hazards = hazards_beside(after.clusters[0], after)
    if "was" in case:
        old = cluster(case["base"], case.get("edit", {}), case.get("before", {}))
        before = ObjectSet([old, *clusters[1:], *case["was"]])
        hazards = change_hazards_beside(before.clusters[0], after.clusters[0], before, after)
    return [hazard for hazard in hazards if hazard.rule == case["hazard"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['hazard']}: {case.get('says', '')}")
def test_a_hazard_is_seen_where_it_is_and_only_there(case: dict[str, Any]) -> None:
    hazards = found(case, case.get("has", []), case.get("others", []))
    assert hazards
    assert case.get("at", hazards[0].path) in [hazard.path for hazard in hazards]
    assert any(case.get("says", "") in hazard.message for hazard in hazards), hazards
    assert found(case, case.get("fine", []), case.get("others-fine", case.get("others", []))) == []


def test_every_hazard_has_a_case() -> None:
    assert {rule.id for rule in (*BESIDE, *BESIDE_CHANGES)} == {case["hazard"] for case in CASES}
