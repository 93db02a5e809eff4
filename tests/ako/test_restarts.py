"""What the operator does with the pods, where that is not what one would think."""

from __future__ import annotations

from typing import Any

import pytest

from aerofleet.analysis.verdict import answer
from tests.ako.specimen import cases, cluster


@pytest.mark.parametrize("pair", cases("restarts"), ids=lambda pair: f"{pair['kinds'][-1]}: {pair['why']}")
def test_pods_that_stay_do_what_was_judged_by_hand(pair: dict[str, Any]) -> None:
    was = pair.get("was", {})
    old, new = cluster(pair["base"], was), cluster(pair["base"], was, pair["to"])
    question = {"verb": "restart", "old": old, "new": new, "statusPatch": pair.get("status")}
    assert answer(question)["kinds"] == pair["kinds"]


@pytest.mark.parametrize("case", cases("config_changes"), ids=lambda case: case["why"])
def test_a_change_of_configuration_is_compared_as_the_operator_does(case: dict[str, Any]) -> None:
    was = case.get("was", {})
    old, new = (cluster(case["base"], *edits)["spec"]["aerospikeConfig"] for edits in ((was,), (was, case["to"])))
    found = answer({"verb": "effect", "version": case.get("version", "8.1.1"), "old": old, "new": new})
    assert {key: found[key] for key in ("changed", "static", "dynamic", "restart")} == {
        "changed": case["changed"],
        "static": case.get("static", []),
        "dynamic": not case.get("static", []),
        "restart": case["restart"],
    }
