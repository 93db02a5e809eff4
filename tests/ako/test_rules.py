"""Every rule: an edit of a good cluster that passes it, and one that doesn't."""

from __future__ import annotations

from typing import Any

import pytest

from aerofleet.ako import admission
from aerofleet.ako.admission import (
    COMMON,
    CREATE_ONLY,
    RULES,
    SCHEMA,
    UPDATE_ONLY,
    WARNINGS,
    admit_create,
    admit_update,
)
from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.mutating import MUTATING
from aerofleet.ako.status import finished_status, patched_status
from aerofleet.findings import rules_in
from tests.ako.specimen import cases, cluster

CREATE = cases("create") + cases("create-edges") + cases("create-definition")
UPDATE = cases("update") + cases("update-edges")


def named(case: dict[str, Any]) -> str:
    return f"{case['rule']}-{case['path']}"


def found(edit: dict[str, Any], case: dict[str, Any]) -> list[tuple[str, str]]:
    admission = admit_create(cluster(case["base"], edit))
    return [(finding.path, finding.message) for finding in admission.findings if finding.rule == case["rule"]]


@pytest.mark.parametrize("case", CREATE, ids=named)
def test_a_rule_lets_through_what_it_should(case: dict[str, Any]) -> None:
    assert found(case["passes"], case) == []


@pytest.mark.parametrize("case", CREATE, ids=named)
def test_a_rule_finds_what_it_should(case: dict[str, Any]) -> None:
    refusals = found(case["fails"], case)
    assert case["path"] in [path for path, _ in refusals]
    assert all(message for _, message in refusals)


@pytest.mark.parametrize("case", CREATE, ids=named)
def test_only_errors_refuse(case: dict[str, Any]) -> None:
    admission = admit_create(cluster(case["base"], case["fails"]))
    warns = {rule.id for rule in WARNINGS} | {"unknown-field"}
    assert admission.allowed == (not any(finding.severity == "error" for finding in admission.findings))
    if case["rule"] in warns:
        assert {finding.rule for finding in admission.findings if finding.severity == "error"} <= {case.get("beside")}


@pytest.mark.parametrize("case", [case for case in CREATE if case["rule"] in {rule.id for rule in MUTATING}], ids=named)
def test_the_mutating_webhook_refuses_first(case: dict[str, Any]) -> None:
    assert admit_create(cluster(case["base"], case["fails"])).stage == "mutate"


@pytest.mark.parametrize("case", CREATE, ids=named)
def test_every_finding_says_where_what_and_what_instead(case: dict[str, Any]) -> None:
    findings = admit_create(cluster(case["base"], case["fails"])).findings
    assert all(finding.path and finding.message and finding.remedy for finding in findings)
    assert len({(finding.path, finding.message) for finding in findings}) == len(findings)


def test_every_rule_has_a_case() -> None:
    of_new = {rule.id for rule in (*MUTATING, *SCHEMA, *CREATE_ONLY, *COMMON, *WARNINGS) if not rule.operator.until}
    assert of_new - {case["rule"] for case in CREATE} == set()
    assert {rule.id for rule in UPDATE_ONLY if not rule.operator.until} - {case["rule"] for case in UPDATE} == set()


def test_every_rule_of_a_module_is_asked() -> None:
    modules = [module for name, module in vars(admission).items() if name.endswith("_rules")]
    assert {rule for module in modules for rule in rules_in(vars(module))} <= {*RULES, admission.ASKED_TWICE}
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.source for rule in RULES)


def refused(case: dict[str, Any], edit: dict[str, Any], earlier: dict[str, Any] | None = None) -> list[str]:
    """Paths of the case's rule, for the change from what was to the edit of it."""
    was = case.get("was", {})
    old, new = cluster(case["base"], was, earlier or {}), cluster(case["base"], was, edit)
    mirrored = cluster_of(cluster(case["base"], case["status"]) if "status" in case else old)
    status = finished_status(mirrored)
    if "patch" in case:
        status = patched_status(status, case["patch"], mirrored)
    return [finding.path for finding in admit_update(old, new, status=status).findings if finding.rule == case["rule"]]


@pytest.mark.parametrize("case", UPDATE, ids=named)
def test_a_change_rule_lets_through_what_it_should(case: dict[str, Any]) -> None:
    assert refused(case, case["passes"]) == []


@pytest.mark.parametrize("case", UPDATE, ids=named)
def test_a_change_rule_finds_what_it_should(case: dict[str, Any]) -> None:
    assert case["path"] in refused(case, case["fails"], case.get("earlier"))
