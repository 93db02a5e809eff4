"""Every hazard: a cluster or a change that has it, and one that doesn't."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aerofleet.ako.change import change_of
from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.hazards import HAZARDS, cluster_hazards
from aerofleet.ako.hazards.of_start import HOST_RULES
from aerofleet.ako.rollout.acts import Edit, OnPods, SetConfig
from aerofleet.ako.rollout.forecast import rollout_of
from aerofleet.ako.rollout.reconcile import LaterEdit
from aerofleet.ako.status import finished_status, patched_status
from tests.ako.specimen import cases, cluster

HAZARD_CASES = cases("hazards")


def found(case: dict[str, Any], edit: dict[str, Any]) -> set[str]:
    if "was" not in case:
        return {hazard.rule for hazard in cluster_hazards(cluster_of(cluster(case["base"], edit)))}
    old, new = cluster(case["base"], case["was"]), cluster(case["base"], case["was"], edit)
    mirrored = cluster_of(cluster(case["base"], case["status"]) if "status" in case else old)
    status = patched_status(finished_status(mirrored), case.get("patch", {}), mirrored)
    status = replace(status, failed=frozenset(case.get("failed", ())))
    return {hazard.rule for hazard in change_of(old, new, status=status).hazards}


@pytest.mark.parametrize("case", HAZARD_CASES, ids=lambda case: case["hazard"])
def test_a_hazard_is_seen_where_it_is_and_only_there(case: dict[str, Any]) -> None:
    assert case["hazard"] in found(case, case["has"])
    assert case["hazard"] not in found(case, case["fine"])


def test_every_hazard_has_a_case() -> None:
    hazards = {rule.id for rule in (*HAZARDS, *HOST_RULES)}
    of_cases = {case["hazard"] for case in HAZARD_CASES}
    assert sorted(hazards - of_cases) == [], "write a case in tests/cases/ako/hazards.yaml"
    assert sorted(of_cases - hazards) == [], "tests/cases/ako/hazards.yaml has cases of rules that are no hazards"


def test_more_nodes_than_there_are_never_form_a_cluster() -> None:
    found = cluster_hazards(cluster_of(cluster("device", {"spec.aerospikeConfig.service.min-cluster-size": 7})))
    messages = [hazard.message for hazard in found if hazard.rule == "no-node-to-spare"]
    assert messages == ["7 nodes make a cluster, and there are 4: it never forms"]


def test_a_revert_is_named_as_one() -> None:
    old, new = cluster("device", {"spec.size": 5}), cluster("device")
    hazards = change_of(old, new, status=finished_status(cluster_of(new))).hazards
    assert [hazard.message for hazard in hazards if hazard.rule == "rollout-under-way"] == [
        "is taken back while it is rolled out"
    ]


@pytest.mark.parametrize("passes", range(1, 6))
def test_a_live_setting_is_missed_on_the_pods_on_which_the_operator_never_sets_it(passes: int) -> None:
    image = {"spec.image": "registry.example.net/aerospike/aerospike-server-enterprise:8.1.1.1"}
    live = {"spec.aerospikeConfig.service.proto-fd-max": 30000}
    old, new, next_one = cluster("memory"), cluster("memory", image), cluster("memory", image, live)
    acts = list(rollout_of(old, new, edits=[LaterEdit(cluster_of(next_one), passes)]).acts())
    edit = acts.index(Edit("next"))
    upgraded = {pod for act in acts[:edit] if isinstance(act, OnPods) and act.kind == "delete-pod" for pod in act.pods}
    missed = upgraded - {pod for act in acts for pod in (act.pods if isinstance(act, SetConfig) else ())}
    status = finished_status(cluster_of(old))
    pods = {
        name: {**pod, **({"image": new["spec"]["image"]} if name in upgraded else {})}
        for name, pod in status.pods.items()
    }
    hazards = change_of(new, next_one, status=replace(status, pods=pods, phase="InProgress")).hazards
    named = "".join(hazard.message for hazard in hazards if hazard.rule == "live-setting-missed")
    assert {pod for pod in upgraded if pod in named} == missed
