"""Every rule of a reason: a change that has it, and one that hasn't."""

from __future__ import annotations

import pkgutil
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

import aerofleet.ako.reasons
from aerofleet.ako.admission.definition import UNKNOWN_FIELD
from aerofleet.ako.change import change_of
from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.reasons import kinds, objects
from aerofleet.ako.reasons.identity import CREATED, DELETED, created_reason, deletion_reason
from aerofleet.ako.reasons.spec import LIVE_FIELD, field_reasons
from aerofleet.ako.reasons.unknown import UNKNOWN_EFFECT
from aerofleet.ako.status import finished_status
from aerofleet.findings import Effect, Rule
from aerofleet.findings.catalogue import MODULES
from tests.ako.specimen import cases, cluster

CASES = cases("reasons")


def rules() -> list[Rule[...]]:
    modules = [
        f"aerofleet.ako.reasons.{module.name}" for module in pkgutil.iter_modules(aerofleet.ako.reasons.__path__)
    ]
    return [rule for name in modules for rule in import_module(name).RULES]


def ids_of(case: dict[str, Any], edit: dict[str, Any]) -> set[str]:
    was = case.get("was", {})
    old, new = cluster(case["base"], was), cluster(case["base"], was, edit)
    status = replace(finished_status(cluster_of(old)), failed=frozenset(case.get("failed", ())))
    return {reason.rule for reason in change_of(old, new, status=status).reasons}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["rule"])
def test_a_change_has_the_reason_and_a_close_one_has_not(case: dict[str, Any]) -> None:
    assert case["rule"] in ids_of(case, case["has"])
    assert case["rule"] not in ids_of(case, case["fine"])


def test_every_rule_of_a_reason_has_a_case() -> None:
    of_objects = {rule.id for rule in (*objects.RULES, *kinds.RULES)}
    assert {rule.id for rule in rules()} - of_objects - {CREATED.id, DELETED.id, UNKNOWN_EFFECT.id} == {
        case["rule"] for case in CASES
    }
    assert of_objects <= {case["rule"] for case in cases("objects") if "rule" in case}


def test_every_rule_of_a_reason_is_in_the_catalogue_with_its_source() -> None:
    modules = {name for names in MODULES.values() for name in names}
    assert {
        f"aerofleet.ako.reasons.{module.name}" for module in pkgutil.iter_modules(aerofleet.ako.reasons.__path__)
    } <= (modules)
    assert [rule.id for rule in rules() if not (rule.source and rule.summary.endswith("."))] == []


def test_a_cluster_that_is_new_or_deleted_has_a_reason_of_its_own() -> None:
    made, deleted = created_reason(), deletion_reason(cluster_of(cluster("memory")))
    assert [(reason.rule, reason.effect) for reason in (made, deleted)] == [
        (CREATED.id, Effect.LIVE),
        (DELETED.id, Effect.DATA_AT_RISK),
    ]
    assert "records of cache are in memory only" in deleted.message


def test_a_field_that_no_rule_knows_differs_from_one_that_the_api_server_drops() -> None:
    change = change_of(cluster("device"), cluster("device", {"spec.brandNew": 1}))
    assert [reason.rule for reason in change.reasons] == [UNKNOWN_FIELD.id]
    # No release has a field without a rule today, so the name of one is made up.
    [known], [unknown] = (list(field_reasons(change.old, change.new, [key])) for key in ("paused", "brandNew"))
    assert [known.rule, unknown.rule] == [LIVE_FIELD.id, UNKNOWN_EFFECT.id]
    assert (unknown.effect, unknown.path) == (Effect.DATA_AT_RISK, "spec.brandNew")
