"""The operator's own roll-outs, recorded step by step, against the forecast of their steps. Skipped where the
recordings are not at hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.rollout.forecast import rollout_of
from aerofleet.ako.rollout.model import Facts
from aerofleet.ako.rollout.reconcile import LaterEdit
from aerofleet.analysis.verdict import answer

Step = dict[str, Any]

RECORDINGS = Path(__file__).parents[3] / "shared" / "oracle" / "rollout.jsonl"
WHO = {
    "set-config": "pods",
    "exec": "pod",
    "quiesce": "pods",
    "delete-pod": "pods",
    "create-sts": "rack",
    "scale-sts": "rack",
    "delete-sts": "rack",
    "delete-pvc": "pvcs",
    "roster-set": "namespace",
}
"""The acts that are compared, and the key that says on whom."""

FILES_ONLY = frozenset(
    {
        "bad-image",
        "bad-image-ign1",
        "block-local",
        "block-local-fill",
        "block-local-unlisted",
        "block-net",
        "create-one-fails",
        "delete-paused",
        "exec-fail",
        "pending",
        "up-nonode",
    }
)
"""Recordings whose two files do not show what happens: a pod crashes or finds no node, a command fails, which pods are
on a blocked host, or that the paused resource is deleted afterwards. They are forecast with that as a fact.
"""

LATEST_EDIT = 14
"""More passes than any recorded roll-out had before its next edit."""

pytestmark = pytest.mark.skipif(not RECORDINGS.is_file(), reason="the recorded roll-outs are not beside the project")


@cache
def recorded() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in RECORDINGS.read_text().splitlines())


def flat(steps: list[Step]) -> Iterator[Step]:
    for step in steps:
        yield from flat(step["steps"]) if step["do"] == "repeat" else [step]


def acts(steps: list[Step]) -> list[tuple[Any, ...]]:
    """Return the operator's acts; several in a row on the same pods are one."""
    found: list[tuple[Any, ...]] = []
    for step in steps:
        do = step["do"]
        if do == "repeat":
            act: tuple[Any, ...] = ("repeat", tuple(acts(step["steps"])))
        elif do in WHO:
            who = step[WHO[do]]
            more = step.get("to") if do == "scale-sts" else step.get("what")
            act = (do, tuple(sorted(who)) if isinstance(who, list) else who, more)
        else:
            continue
        if not found or found[-1] != act:
            found.append(act)
    return found


def touched(steps: list[tuple[Any, ...]]) -> set[tuple[str, str]]:
    """Return (act, pod or claim) of what is deleted or restarted."""
    inner = [act for act in steps if act[0] != "repeat"]
    for act in steps:
        inner += act[1] if act[0] == "repeat" else ()
    listed = {(act[0], who) for act in inner if act[0] in ("delete-pod", "delete-pvc") for who in act[1]}
    return listed | {("exec", act[1]) for act in inner if act[0] == "exec" and act[2] == "quick-restart"}


def has_event(case: dict[str, Any]) -> bool:
    return any(step["do"] == "event" for step in case["steps"])


def facts_of(case: dict[str, Any]) -> dict[str, Any]:
    """Return the facts that a recording shows and its two files do not."""
    events = [step for step in case["steps"] if step["do"] == "event"]
    edited = next((place for place, step in enumerate(case["steps"]) if step["do"] == "edit"), 0)
    after = list(flat(case["steps"][edited:]))
    blocked = re.search(r"blocked nodes held ([\w-]+) \(([\w-]+)\)", case.get("notes") or "")
    return {
        "crashing": [pod for step in after if step["do"] in ("crash-looping", "init-failing") for pod in step["pods"]],
        "unplaced": [pod for step in after if step["do"] == "pending" for pod in step["pods"]],
        "execFails": [step["pod"] for step in after if step["do"] == "exec" and step.get("answer") == "error"],
        "evicting": [step["pod"] for step in events if "eviction" in step["what"]],
        "healing": [step["pod"] for step in events if "next restart would work" in step["what"]],
        "slow": [step["pod"] for step in events if "longer than the operator waits" in step["what"]],
        "nodes": {blocked[1]: blocked[2]} if blocked else {},
    }


def question(case: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"verb": "rollout", "old": case["old"], "new": case["new"], **more}


def unrolled(steps: list[Step]) -> list[Step]:
    """Return the steps with a block in their middle, which came twice, written out."""
    found: list[Step] = []
    for step in steps[:-1]:
        found += step["steps"] * 2 if step["do"] == "repeat" else [step]
    return found + steps[-1:]


def differences(cases: Iterator[dict[str, Any]], *, with_facts: bool) -> dict[str, Any]:
    found = {}
    for case in cases:
        more: dict[str, Any] = {"facts": facts_of(case)} if with_facts else {}
        failed = [step["pod"] for step in case["steps"] if step["do"] == "event" and "crash" in step["what"]]
        if failed:
            more["failedPods"] = failed
        answered = answer(question(case, **more))
        wanted, got = acts(unrolled(case["steps"])), acts(answered["steps"])
        if (wanted, case["outcome"]) != (got, answered["outcome"]):
            found[case["id"]] = (case["outcome"], wanted, answered["outcome"], got)
    return found


def test_the_steps_are_the_operators_by_the_files_alone() -> None:
    plain = (case for case in recorded() if not (case.get("edits") or case.get("unstable") or has_event(case)))
    assert differences(plain, with_facts=False).keys() == FILES_ONLY


def test_the_steps_are_the_operators_by_files_and_facts() -> None:
    whole = (case for case in recorded() if not (case.get("edits") or case.get("unstable")))
    assert differences(whole, with_facts=True).keys() == {"delete-paused"}


def test_no_forecast_is_milder() -> None:
    milder = {}
    for case in recorded():
        if case["id"] in FILES_ONLY or case.get("edits") or case.get("unstable") or has_event(case):
            continue
        missing = touched(acts(case["steps"])) - touched(acts(answer(question(case))["steps"]))
        if missing:
            milder[case["id"]] = missing
    assert milder == {}


def goal_facts(case: dict[str, Any]) -> list[Facts]:
    """Return the facts of each edit: the pods that failed between it and the next one."""
    found: list[set[str]] = []
    for step in flat(case["steps"]):
        if step["do"] == "edit":
            found.append(set())
        elif step["do"] in ("crash-looping", "pending") and found:
            found[-1] |= set(step["pods"])
    return [Facts(crashing=frozenset(pods)) for pods in found]


def test_some_moment_of_the_edits_gives_the_recorded_steps() -> None:
    unmet = {}
    for case in recorded():
        if not case.get("edits") or case.get("unstable") or has_event(case):
            continue
        specs = [{**case["new"], "spec": edit["spec"]} for edit in case["edits"]]
        facts = goal_facts(case)
        wanted = acts(list(flat(case["steps"])))
        moments = product(range(LATEST_EDIT), repeat=len(specs) - 1)
        for moment in moments:
            edits = [
                LaterEdit(cluster_of(spec), passes, fact)
                for spec, passes, fact in zip(specs[1:], moment, facts[1:], strict=True)
            ]
            forecast = rollout_of(case["old"], specs[0], facts=facts[0], edits=edits)
            got = acts(list(flat([step.json() for step in forecast.steps])))
            if got == wanted:
                break
        else:
            unmet[case["id"]] = wanted
    assert unmet == {}
