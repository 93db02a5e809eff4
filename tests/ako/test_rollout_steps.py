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
from hypothesis import given, settings
from hypothesis import strategies as st

from aerofleet.ako.change import change_of
from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.restart import IMAGE, LIVE, NEW, NO_RESTART, POD_RESTART, REMOVED, SCALED_DOWN, WARM
from aerofleet.ako.rollout.acts import Exec, OnPods, Repeat, Rollout, Scale, Step
from aerofleet.ako.rollout.forecast import rollout_of
from aerofleet.ako.rollout.model import Facts
from aerofleet.ako.rollout.reconcile import LaterEdit
from aerofleet.ako.status import Status, finished_status
from aerofleet.analysis.verdict import QuestionError, answer
from aerofleet.findings.effect import Effect
from tests.ako.specimen import cases as specimen_cases
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


JUDGED = {POD_RESTART: "delete-pod", IMAGE: "delete-pod", WARM: "quick-restart", LIVE: "update-conf"}
NOT_OF_THE_FILES = ("running", "failed")
OTHERWISE = ("k8sNodeBlockList", "spec.paused", "metadata.name")
"""Changes after which more or fewer pods restart than the files ask for: unknown hosts, a pause, another cluster."""


def done_with(found: Rollout, name: str) -> dict[str, str]:
    """Return pod → what is done with it last; `new` and `gone` for pods that come and go."""
    done: dict[str, str] = {}
    for act in found.acts():
        if isinstance(act, Scale):
            low, high = sorted((act.before, act.after))
            what = "new" if act.after > act.before else "gone"
            done |= {f"{name}-{act.rack}-{ordinal}": what for ordinal in range(low, high)}
        elif isinstance(act, OnPods) and act.kind == "delete-pod":
            done |= dict.fromkeys(act.pods, act.kind)
        elif isinstance(act, Exec):
            done[act.pod] = act.what
    return done


def plain_pairs() -> list[Json]:
    return [
        pair
        for pair in specimen_cases("effects")
        if not any(key in pair for key in NOT_OF_THE_FILES) and not any(key in str(pair["to"]) for key in OTHERWISE)
    ]


@pytest.mark.parametrize("pair", plain_pairs(), ids=lambda pair: pair["why"])
def test_the_steps_do_what_the_effect_is_judged_by(pair: Json) -> None:
    old, new = cluster(pair["base"], pair.get("was", {})), cluster(pair["base"], pair.get("was", {}), pair["to"])
    change, found = change_of(old, new), rollout_of(old, new)
    assert (found.outcome == "refused") == (not change.admission.allowed)
    if found.outcome == "stuck":
        assert change.effect == Effect.REFUSED
    elif found.outcome == "completed":
        kinds = {NEW: "new", SCALED_DOWN: "gone", REMOVED: "gone", **JUDGED}
        judged = {pod: kinds[kind] for pod, kind in change.restarts.pods.items() if kind != NO_RESTART}
        done = done_with(found, change.new.name)
        # A live setting that only some servers take ends in a restart.
        assert done == judged or (change.effect == Effect.WARM_RESTART and set(judged.values()) == {"update-conf"})


EDITS: tuple[Json, ...] = (
    {"spec.size": 4},
    {"spec.size": 11},
    {"spec.image": "registry.example.net/aerospike/aerospike-server-enterprise:8.1.1.2"},
    {"spec.podSpec.tolerations": [{"key": "db", "operator": "Exists"}]},
    {"spec.aerospikeConfig.service.proto-fd-max": 40000},
    {"spec.aerospikeConfig.service.feature-key-file": "/etc/aerospike/keys/other.conf"},
    {"spec.aerospikeConfig.service.migrate-fill-delay": 300},
    {"spec.rackConfig.racks": [{"id": 1, "rackLabel": "r1"}, {"id": 4, "rackLabel": "r4"}]},
    {"spec.rackConfig.racks": [{"id": 3, "rackLabel": "r3"}, {"id": 1, "rackLabel": "r1", "revision": "b"}]},
    {"spec.rackConfig.maxIgnorablePods": 1},
    {"spec.storage.localStorageClasses": ["fs"], "spec.storage.deleteLocalStorageOnRestart": True},
)
BATCHES = (None, 2, "50%", "100%")


@given(st.lists(st.sampled_from(EDITS), max_size=5), st.sampled_from(BATCHES), st.integers(3, 9))
@settings(max_examples=150, deadline=None)
def test_every_roll_out_of_healthy_pods_ends_as_the_spec_says(edits: list[Json], batch: Any, size: int) -> None:
    batches = {} if batch is None else {"spec.rackConfig.rollingUpdateBatchSize": batch}
    was = {"spec.size": size, **batches}
    old, new = cluster("memory", was), cluster("memory", was, *edits)
    found = rollout_of(old, new)
    if found.outcome == "refused":
        return
    assert (found.outcome, found.blocked) == ("completed", "")
    after = cluster_of(new)
    racks = {rack.identity for rack in after.racks}
    pods = set(finished_status(cluster_of(old)).pods)
    for step in found.steps:
        assert isinstance(step, Step)
        if isinstance(step.act, Scale):
            names = {f"cache-{step.act.rack}-{place}" for place in range(max(step.act.before, step.act.after))}
            pods -= names
            pods |= {f"cache-{step.act.rack}-{place}" for place in range(step.act.after)}
        if isinstance(step.act, OnPods) and step.act.kind == "delete-pod":
            # Those that leave together were quiesced, and are of one rack, which stays.
            assert len({pod.rpartition("-")[0] for pod in step.act.pods}) == 1
            assert step.act.pods[0].removeprefix("cache-").rpartition("-")[0] in racks
            assert set(step.act.pods) <= set(step.out)
    assert pods == set(finished_status(after).pods)
    assert found.steps[-1].json()["phase"] == "Completed"


PODS = tuple(f"cache-{rack}-{ordinal}" for rack in (1, 2, 3, 4) for ordinal in range(3))
some_pods = st.frozensets(st.sampled_from(PODS), max_size=3)


@given(st.lists(st.sampled_from(EDITS), max_size=4), some_pods, some_pods, some_pods, st.sampled_from((0, 1, "50%")))
@settings(max_examples=150, deadline=None)
def test_every_roll_out_ends_or_names_what_it_repeats(
    edits: list[Json], failed: frozenset[str], healing: frozenset[str], crashing: frozenset[str], allowed: Any
) -> None:
    was = {"spec.rackConfig.maxIgnorablePods": allowed}
    old, new = cluster("memory", was), cluster("memory", was, *edits)
    there = finished_status(cluster_of(old))
    status = replace(there, failed=failed & there.pods.keys())
    found = rollout_of(old, new, status=status, facts=Facts(crashing=crashing - healing, healing=healing))
    repeats = [step for step in found.steps if isinstance(step, Repeat)]
    assert bool(repeats) == bool(found.blocked)
    assert repeats or found.outcome != "stuck"
    assert all(step is found.steps[-1] for step in repeats)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ([], "facts is no object"),
        ({"nodes": []}, "facts.nodes is no object"),
        ({"crashed": []}, "facts has 'crashed', which is none of crashing"),
        ({"crashing": "cache-1-0"}, "crashing is no list of texts"),
    ],
)
def test_facts_of_another_form_are_no_question(facts: Any, message: str) -> None:
    question = {"verb": "rollout", "old": cluster("memory"), "new": cluster("memory"), "facts": facts}
    with pytest.raises(QuestionError, match=message):
        answer(question)


def test_no_change_has_no_acts() -> None:
    for base in ("device", "memory", "strong", "files", "secure"):
        found = rollout_of(cluster(base), cluster(base))
        assert [step.json()["do"] for step in found.steps if step.json()["do"] in ALWAYS] == []
        assert not (found.unknown or found.chances or found.blocked)


def test_each_law_has_a_case() -> None:
    laws = Counter(law for param in cases() for law in param.values[0]["laws"])
    assert sorted(laws) == list(range(1, LAWS + 1))
