"""The operator's own roll-outs, recorded step by step, against what a change is judged to do. Skipped where the
recordings are not at hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from aerofleet.ako.change import Change, change_of
from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.restart import IMAGE, LIVE, NEW, NO_RESTART, POD_RESTART, REMOVED, SCALED_DOWN, WARM
from aerofleet.ako.status import finished_status
from aerofleet.findings.effect import Effect

RECORDINGS = Path(__file__).parents[3] / "shared" / "oracle" / "rollout.jsonl"
JUDGED = {POD_RESTART: "rebuilt", IMAGE: "rebuilt", WARM: "restarted", LIVE: "live", NEW: "new", SCALED_DOWN: "gone"}
JUDGED |= {REMOVED: "gone", NO_RESTART: ""}
LEAST = {
    "delete-pod": Effect.ROLLING_RESTART,
    "quick-restart": Effect.WARM_RESTART,
    "set-config": Effect.LIVE,
    "scale-sts": Effect.MOVES_DATA,
    "roster-set": Effect.MOVES_DATA,
}
"""What the operator does, and the least effect that predicts it."""

NOT_IN_THE_FILES = frozenset(
    {
        "bad-image",  # no file shows that the servers of an image crash
        "exec-fail",  # the command in the container fails
        "pending",  # no file lists the nodes
        "up-nonode",
        "bad-podr-dyn",  # no file shows that the pods crash with it
    }
)
"""Recordings that are stuck by what no file of the change shows."""

FOR_LATER = frozenset({"cascade-only"})
"""Data is at risk by what the operator does later: the pass itself is empty."""

pytestmark = pytest.mark.skipif(not RECORDINGS.is_file(), reason="the recorded roll-outs are not beside the project")


def recorded() -> Iterator[dict[str, Any]]:
    """Return the recordings of a change: neither of a creation nor of a deletion."""
    for line in RECORDINGS.read_text().splitlines():
        case = json.loads(line)
        if case["old"] and case["new"]:
            yield case


def flat(steps: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for step in steps:
        yield from flat(step["steps"]) if step["do"] == "repeat" else [step]


def failed(case: dict[str, Any]) -> frozenset[str]:
    """Return the pods that had failed before the edit."""
    return frozenset(step["pod"] for step in case["steps"] if step["do"] == "event" and "crash" in step["what"])


def changes(case: dict[str, Any]) -> list[Change]:
    """Return the change of each edit, from the one before."""
    crs = [case["old"], *({**case["new"], "spec": edit["spec"]} for edit in case.get("edits") or [])]
    crs = crs if len(crs) > 1 else [case["old"], case["new"]]
    status = replace(finished_status(cluster_of(case["old"])), failed=failed(case))
    return [change_of(old, new, status=status if old is case["old"] else None) for old, new in pairwise(crs)]


def done(case: dict[str, Any]) -> dict[str, str]:
    """Return what happened to each pod, but for those that had failed before: the operator deletes them anyhow."""
    found: dict[str, str] = {}
    for step in flat(case["steps"]):
        if step["do"] == "scale-sts":
            low, high = sorted((step["from"], step["to"]))
            word = "new" if step["to"] > step["from"] else "gone"
            found |= {f"c-{step['rack']}-{ordinal}": word for ordinal in range(low, high)}
        elif step["do"] == "delete-pod":
            found |= dict.fromkeys(step["pods"], "rebuilt")
        elif step["do"] == "exec":
            found[step["pod"]] = "restarted" if step["what"] == "quick-restart" else "live"
    return {pod: word for pod, word in found.items() if pod not in failed(case)}


def is_plain(case: dict[str, Any]) -> bool:
    """Return whether it is one finished edit of a healthy cluster. No file shows which pods are on a blocked node."""
    steps = list(flat(case["steps"]))
    refused = any(step.get("answer") == "error" for step in steps)
    event = any(step["do"] == "event" for step in steps)
    blocked = "k8sNodeBlockList" in case["new"]["spec"]
    return case["outcome"] == "completed" and not (case.get("edits") or event or refused or blocked)


def least(case: dict[str, Any]) -> Effect:
    """Return the least effect that predicts what the operator did by itself; an annotation on a pod is no change."""
    found = Effect.NONE
    ill = failed(case)
    for step in flat(case["steps"]):
        pods = [*(step.get("pods") or []), *([step["pod"]] if "pod" in step else [])]
        if step["do"] == "event" and "annotation" in step["what"]:
            return Effect.NONE
        key = step.get("what") if step["do"] == "exec" else step["do"]
        if not pods or not set(pods) <= ill:
            found = max(found, LEAST.get(str(key), Effect.NONE))
    return found


def test_refusals_are_the_operators() -> None:
    judged = {
        case["id"]: any(change.effect == Effect.REFUSED for change in changes(case)) == (case["outcome"] == "refused")
        for case in recorded()
    }
    assert [name for name, agrees in judged.items() if not agrees] == []


def test_each_pod_does_what_is_judged() -> None:
    different = {}
    for case in filter(is_plain, recorded()):
        (change,) = changes(case)
        judged = {pod: JUDGED[kind] for pod, kind in change.restarts.pods.items() if JUDGED[kind]}
        if judged != done(case):
            different[case["id"]] = (judged, done(case))
    assert different == {}


def test_no_effect_is_milder_than_what_was_done() -> None:
    milder = {}
    for case in recorded():
        effect = max(change.effect for change in changes(case))
        refused = any(step.get("answer") == "error" for step in flat(case["steps"]))
        if case["outcome"] != "refused" and effect < least(case) and not refused:
            milder[case["id"]] = (str(effect), str(least(case)))
    assert milder == {}


def test_an_empty_pass_is_nothing_or_live() -> None:
    harder = {}
    for case in recorded():
        effect = max(change.effect for change in changes(case))
        empty = case["outcome"] == "completed" and least(case) == Effect.NONE and not failed(case)
        if empty and not case.get("edits") and effect > Effect.LIVE:
            harder[case["id"]] = str(effect)
    assert harder.keys() == FOR_LATER


def test_what_is_stuck_is_refused_or_a_severe_hazard() -> None:
    quiet = set()
    for case in recorded():
        severe = {hazard.rule for change in changes(case) for hazard in change.hazards if hazard.severity == "severe"}
        if case["outcome"] == "stuck" and not severe and changes(case)[-1].effect != Effect.REFUSED:
            quiet.add(case["id"])
    assert quiet <= NOT_IN_THE_FILES


def test_claims_stay_where_that_is_said() -> None:
    different = []
    for case in filter(is_plain, recorded()):
        (change,) = changes(case)
        gone = [pod for pod, kind in change.restarts.pods.items() if kind in (REMOVED, SCALED_DOWN)]
        stay = any(claim.endswith(f"-{pod}") for claim in case.get("pvcs_left") or [] for pod in gone)
        if stay != any(hazard.rule == "claims-stay" for hazard in change.hazards):
            different.append(case["id"])
    assert different == []


def test_the_fill_delay_is_waited_out_only_where_the_operator_leaves_it() -> None:
    delay = "migrate-fill-delay"
    waits, sets = set(), set()
    for case in recorded():
        if any(hazard.rule == "fill-delay-waits" for change in changes(case) for hazard in change.hazards):
            waits.add(case["id"])
        if any(str((step.get("params") or {}).get(delay)) == "0" for step in flat(case["steps"])):
            sets.add(case["id"])
    assert waits
    assert waits & sets == set()
