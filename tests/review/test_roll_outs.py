"""What a review says about roll-outs: the advice, the line of an entry, and both for clusters that share one."""

from __future__ import annotations

import datetime
import json
from functools import partial
from typing import Any

from aerofleet.findings.effect import Effect, Reason
from aerofleet.review.advice import advice_of
from aerofleet.review.formats.comment import as_comment
from aerofleet.review.formats.json import as_json
from aerofleet.review.formats.text import as_text
from aerofleet.review.grouping import groups_of
from aerofleet.review.model import ChangedCluster, Review, Side
from tests.forecast.made import forecast

RESTART = {"kind": "restart", "rack": "1", "pods": ["c-1-0"], "out": ["c-1-0"], "copies": [["cart", 1, 0, 0]]}
KNOWN = {**RESTART, "movedBytes": [0, 10**9], "seconds": [60, 600]}
ENDLESS = {"steps": [{**KNOWN, "repeats": True}], "outcome": "stuck", "blocked": "pod c-1-0 crash-loops"}


def review(*roll_outs: dict[str, Any], effect: Effect = Effect.ROLLING_RESTART) -> Review:
    """A review of a cluster for each forecast, all with equal changes."""
    reason = Reason("image", "info", "spec.image", "pods are rebuilt", effect=effect)
    clusters = tuple(
        ChangedCluster(
            *("fra", "production", "fra", "shop", f"cart{number}", "shop", f"cart{number}"),
            effect=effect,
            reasons=(reason,),
            pods={"podRestart": 1},
            make_forecast=partial(forecast, one),
        )
        for number, one in enumerate(roll_outs)
    )
    sides = Side("base"), Side("head")
    counts = {str(effect): len(clusters)}
    return Review(*sides, datetime.date(2026, 11, 29), counts=counts, clusters=clusters, groups=groups_of(clusters))


def test_the_advice_names_the_time_of_the_longest() -> None:
    longer = {"steps": [KNOWN, {**KNOWN, "pods": ["c-2-0"], "out": ["c-2-0"]}]}
    (step,) = advice_of(review({"steps": [KNOWN]}, longer)).steps
    assert step.startswith("Pods of 2 clusters restart, batch by batch, which needs about 2 to 20 min: no other change")


def test_where_a_time_is_not_known_none_is_named() -> None:
    (step,) = advice_of(review({"steps": [KNOWN]}, {"steps": [RESTART]})).steps
    assert step.startswith("Pods of 2 clusters restart, batch by batch: no other change")


def test_data_that_moves_needs_a_quiet_time() -> None:
    (step,) = advice_of(review({"steps": [KNOWN]}, effect=Effect.MOVES_DATA)).steps
    assert step.startswith("Ask the platform team for a quiet time: ")
    assert step.endswith("data of 1 cluster moves over the network, which needs about 1 to 10 min.")


def test_a_roll_out_that_never_ends_is_asked_about() -> None:
    advice = advice_of(review(ENDLESS, {"steps": [KNOWN]}))
    assert advice.action == "ask"
    assert advice.steps[0] == "Ask the platform team: the roll-out of 1 cluster never ends: pod c-1-0 crash-loops."


def test_a_refused_change_has_no_roll_out() -> None:
    found = review(ENDLESS, effect=Effect.REFUSED)
    assert "roll-out" not in as_comment(found)
    assert "never ends" not in "".join(advice_of(found).steps)


def test_clusters_that_share_an_entry_have_a_line_with_a_range() -> None:
    found = review({"steps": [KNOWN]}, {"steps": [{**KNOWN, "seconds": [60, 1200], "copies": [["cart", 2, 1, 1]]}]})
    line = "1 pod in 1 step, never below 1 to 2 copies, 1 to 20 min, 0 to 1 GB"
    moment = "1 copy left, 0 if one more host or rack is lost"
    assert f"- roll-out of each: {line}\n- worst moment: {moment}\n" in as_comment(found)
    assert f"  roll-out of each: {line}\n  worst moment: {moment}\n" in as_text(found)
    (group,) = json.loads(as_json(found))["folded"]
    assert (group["rollout"], group["worstMoment"]) == (line, moment)


def test_a_single_cluster_has_its_steps_in_the_json() -> None:
    (cluster,) = json.loads(as_json(review({"steps": [KNOWN]})))["clusters"]
    assert cluster["forecast"]["summary"] == "1 pod in 1 step, never below 1 copy, 1 to 10 min, 0 to 1 GB"
    assert [step["pods"] for step in cluster["forecast"]["steps"]] == [["c-1-0"]]
