"""The steps of a roll-out, law by law, on cases judged by hand. Each step is one short line, pods without the
cluster's name: ``delete 1-1``; a block that is repeated for ever is a list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.rollout.forecast import LaterEdit, Rollout, rollout_of
from aerofleet.ako.rollout.model import Facts
from aerofleet.ako.status import Status, finished_status
from tests.ako.specimen import cluster

Json = dict[str, Any]
CASES = Path(__file__).parents[1] / "cases" / "rollout_steps"
ALWAYS = frozenset(
    {"set-config", "exec", "quiesce", "delete-pod", "create-sts", "scale-sts", "delete-sts", "delete-pvc", "roster-set"}
)
"""Acts that every case lists; the others only where its key ``also`` has them."""
LAWS = 34


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}-{position}")
        for file in sorted(CASES.glob("*.yaml"))
        for position, case in enumerate(yaml.safe_load(file.read_text()), 1)
    ]


def facts_of(case: Json) -> Facts:
    written = dict(case.get("facts", {}))
    named = {key: value if key in ("nodes", "unlucky") else frozenset(value) for key, value in written.items()}
    return Facts(**named)


def status_of(case: Json, old: Json) -> Status:
    mirrored = cluster(case["base"], case["running"]) if "running" in case else old
    status = finished_status(cluster_of(mirrored))
    pods = {name: {**entry, **case.get("pods", {}).get(name, {})} for name, entry in status.pods.items()}
    return replace(status, pods=pods, failed=frozenset(case.get("failed", [])), phase=case.get("phase", "Completed"))


def forecast(case: Json) -> Rollout:
    base, was = case["base"], case.get("was", {})
    old = None if case.get("old", "") is None else cluster(base, was)
    new = None if case["to"] is None else cluster(base, was, case["to"])
    if old is None or new is None:
        return rollout_of(old, new, facts=facts_of(case))
    edits = []
    for edit in case.get("edits", []):
        new_cluster = None if edit["to"] is None else cluster_of(cluster(base, was, case["to"], edit["to"]))
        edits.append(LaterEdit(new_cluster, edit["passes"], facts_of(edit)))
    return rollout_of(old, new, status=status_of(case, old), facts=facts_of(case), edits=edits)


def lines(case: Json, steps: Iterable[Json]) -> list[Any]:
    """Return each step as a short line; those of a repeated block as a list."""
    shown = ALWAYS | set(case.get("also", []))
    name = cluster(case["base"])["metadata"]["name"] + "-"
    found: list[Any] = []
    for step in steps:
        if step["do"] == "repeat":
            found.append(lines(case, step["steps"]))
        elif step["do"] in shown:
            found.append(_line(step).replace(name, ""))
    return found


def _line(step: Json) -> str:
    do = step["do"]
    texts = {
        "set-config": lambda: f"set {_list(step['pods'])}: {_setting(step.get('params', {}))}{_answer(step)}",
        "exec": lambda: f"{step['what']} {step['pod']}{_answer(step)}",
        "create-sts": lambda: f"create rack {step['rack']}",
        "scale-sts": lambda: f"rack {step['rack']}: {step['from']} to {step['to']}",
        "delete-sts": lambda: f"remove rack {step['rack']}",
        "delete-pvc": lambda: f"claims {_list(step['pvcs'])}",
        "delete-pod": lambda: f"delete {_list(step['pods'])}",
        "roster-set": lambda: f"roster {step['nodes']}",
        "wait": lambda: f"wait for {step['for']}{', refused' if _is_refused(step) else ''}",
        "status": lambda: f"{step['phase']}{', data moves' if step.get('migrating') else ''}",
        "tip-clear": lambda: f"forget {step['of']} on {_list(step['on'])}",
    }
    if do in texts:
        return texts[do]()
    subject = step.get("pods") or step.get("names") or step.get("rack") or step.get("what") or ""
    return f"{do} {_list(subject) if isinstance(subject, list) else subject}".strip()


def _list(names: Iterable[str]) -> str:
    return " ".join(names)


def _setting(params: Json) -> str:
    return " ".join(f"{key}={value}" for key, value in params.items() if key not in ("context", "namespace", "set"))


def _answer(step: Json) -> str:
    return ", refused" if step.get("answer") == "error" else ""


def _is_refused(step: Json) -> bool:
    return step["for"] == "cluster-stable" and step["busy"]


@pytest.mark.parametrize("case", cases())
def test_the_steps_are_those_judged_by_hand(case: Json) -> None:
    found = forecast(case)
    assert lines(case, (step.json() for step in found.steps)) == case.get("steps", [])
    assert found.outcome == case.get("outcome", "completed")
    assert case.get("blocked", "") in found.blocked
    assert bool(found.blocked) == ("blocked" in case)


def test_each_law_has_a_case() -> None:
    laws = Counter(law for param in cases() for law in param.values[0]["laws"])
    assert sorted(laws) == list(range(1, LAWS + 1))
