"""Reasons that only the steps of a roll-out show."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import yaml

from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.config import namespaces, replication_factor
from aerofleet.analysis.verdict import answer
from aerofleet.forecast.build import forecast_of
from tests.ako.specimen import cluster
from tests.fleet.project import CASES
from tests.forecast.random_changes import random_change

Json = dict[str, Any]
REASONS = yaml.safe_load((CASES / "forecast" / "reasons.yaml").read_text())


def reasons(case: Json, edit: Json) -> list[Json]:
    was = case.get("was", {})
    question = {"verb": "update", "old": cluster(case["base"], was), "new": cluster(case["base"], was, edit)}
    answered = answer({**question, "failedPods": case.get("failed", [])})
    return [reason for reason in answered["reasons"] if reason["rule"] == case["rule"]]


@pytest.mark.parametrize("case", REASONS, ids=[case["why"] for case in REASONS])
def test_reason(case: Json) -> None:
    assert reasons(case, case["fine"]) == []
    (found,) = reasons(case, case["has"])
    assert found["effect"] == "data-at-risk"
    assert found["message"] == case.get("text", found["message"])
    assert found["path"] == case.get("path", found["path"])


def test_without_data_at_risk_every_record_keeps_a_copy_and_is_served() -> None:
    """The reasons and the forecast agree: what the reasons call harmless leaves a copy at every step.

    But for a namespace with one copy: it has none while its pod is out, and has it again then.
    """
    for number in range(400):
        change = random_change(Random(number))
        question = {"verb": "update", "old": change.old, "new": change.new}
        if answer(question)["effect"] in ("data-at-risk", "refused"):
            continue
        before, after = cluster_of(change.old), cluster_of(change.new)
        ((_, _, settings),) = namespaces(before.config)
        for step in forecast_of(before, after).steps:
            for copies in step.copies:
                is_single = min(replication_factor(settings), before.size) == 1
                assert copies.copies > 0 or is_single, (number, step)
                assert not copies.unavailable or is_single, (number, step)
