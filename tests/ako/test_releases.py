"""Each operator release judges by its own definition and its own rules; one that is not known by an estimate."""

from __future__ import annotations

from typing import Any

import pytest

from aerofleet.ako.admission import RULES, admit_create, admit_update
from aerofleet.ako.change import change_of
from aerofleet.ako.compatibility import OPERATOR, RELEASES
from aerofleet.ako.crd import table
from aerofleet.ako.new_fields import JUDGED_LINE, new_field_changes
from aerofleet.analysis.verdict import QuestionError, answer
from tests.ako.specimen import GONE, cases, cluster, edited

CASES = cases("releases")


def paths(case: dict[str, Any], operator: str) -> list[str]:
    """Paths of the case's rule, judged by a release."""
    written = cluster(case["base"], case["edit"])
    if "to" in case:
        found = admit_update(written, cluster(case["base"], case["edit"], case["to"]), operator=operator).findings
    else:
        found = admit_create(written, operator).findings
    return [finding.path for finding in found if finding.rule == case["rule"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rule']}-{case['path']}")
def test_a_release_judges_by_its_own_rules(case: dict[str, Any]) -> None:
    having = {operator for operator in (*case["in"], *case["not_in"]) if case["path"] in paths(case, operator)}
    assert having == set(case["in"])


def test_every_rule_that_a_release_lacks_has_a_case() -> None:
    named = {case["rule"] for case in CASES}
    assert {rule.id for rule in RULES if rule.operator.until} - named == set()


def test_the_definitions_are_those_of_the_known_releases() -> None:
    assert table()["releases"].keys() == RELEASES.keys()
    assert ".".join(OPERATOR.split(".")[:2]) == list(RELEASES)[-1]


def test_the_fields_of_a_known_line_are_judged() -> None:
    assert JUDGED_LINE in RELEASES


def test_a_field_that_is_newer_than_the_rules_is_named_at_any_depth() -> None:
    written = cluster("memory", {"spec.rackConfig.racks[0].storage": {"volumes": []}})
    edit = {
        "spec.ignoreSidecarFailure": True,
        "spec.storage.deleteLocalStorageOnPodRecovery": True,
        "spec.rackConfig.racks[0].storage.deleteLocalStorageOnPodRecovery": True,
        "spec.rackConfig.racks[1].revision": "v2",
    }
    old, new = written["spec"], edited(written, edit)["spec"]
    assert sorted(new_field_changes(old, new, "4.5.0", judged="4.1")) == [
        "spec.rackConfig.racks[0].storage.deleteLocalStorageOnPodRecovery",
        "spec.rackConfig.racks[1].revision",
        "spec.storage.deleteLocalStorageOnPodRecovery",
    ]
    assert [*new_field_changes(old, old, "4.5.0", judged="4.1")] == []
    assert [*new_field_changes(old, new, "4.5.0", judged="4.5")] == []
    assert [*new_field_changes(old, new, "4.1.2", judged="4.4")] == []


def test_a_question_names_the_release_that_answers() -> None:
    question = {"verb": "create", "spec": cluster("device", {"spec.enableRackIDOverride": True})}
    assert answer({**question, "operator": "4.2.0"})["pruned"] == ["spec.enableRackIDOverride"]
    assert answer(question) == answer({**question, "operator": OPERATOR})


def test_a_release_that_is_not_known_is_refused_with_what_would_judge_it() -> None:
    with pytest.raises(QuestionError, match=r"operator 9\.0\.0 is not known.*\"estimateUnknownOperator\": true"):
        answer({"verb": "create", "spec": cluster("device"), "operator": "9.0.0"})


def test_everything_about_a_release_that_is_not_known_is_marked_as_an_estimate() -> None:
    old, new = cluster("device"), cluster("device", {"spec.size": 3, "spec.aerospikeConfig.network.fabric": GONE})
    question = {"verb": "update", "old": old, "new": new}
    found = answer({**question, "operator": "9.0.0", "estimateUnknownOperator": True})
    messages = [finding["message"] for kind in ("findings", "reasons", "hazards") for finding in found[kind]]
    assert found["estimate"] is True
    assert messages
    assert all(
        f"(an estimate: operator 9.0.0 is not known and is judged as {OPERATOR})" in message for message in messages
    )
    assert "estimate" not in answer(question)


@pytest.mark.parametrize(
    ("operator", "kinds"),
    [
        ("4.0.2", {"labels"}),
        ("4.1.2", {"labels"}),
        ("4.2.0", {"labels", "annotations"}),
        ("4.5.0", {"labels", "annotations"}),
    ],
)
def test_what_makes_the_operator_run_a_pass_without_a_change_of_the_spec(operator: str, kinds: set[str]) -> None:
    """Source: AKO of each release, SetupWithManager: the event filter has AnnotationChangedPredicate since 4.2.0."""
    old = cluster("secure")
    having = set()
    for kind in ("labels", "annotations"):
        new = cluster("secure", {f"metadata.{kind}": {"aerofleet.io/reconcile-request": "one"}})
        if any(reason.rule == "reconciled" for reason in change_of(old, new, operator=operator).reasons):
            having.add(kind)
    assert having == kinds
