"""The policies of a cell as it is: each stops what it is for, counts by its environment, and can be waived."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.cli import main
from aerofleet.files.cell import CellFile
from aerofleet.policy.catalogue import OF_OBJECTS, RULES
from aerofleet.policy.rendered_object import RenderedObject
from aerofleet.policy.severity import SEVERITIES
from tests.ako.specimen import edited
from tests.fleet.project import CASES, SHOP, change, copy_of

POLICY = CASES / "policy"
OBJECTS: list[dict[str, Any]] = yaml.safe_load((POLICY / "objects.yaml").read_text())
CELLS: list[dict[str, Any]] = yaml.safe_load((POLICY / "cells.yaml").read_text())
CLUSTER: dict[str, Any] = yaml.safe_load((POLICY / "cluster.yaml").read_text())
CELL = CellFile.model_validate(
    {**yaml.safe_load((SHOP / "stacks/here/cell.yaml").read_text()), "environment": "production"}
)
AS_OF = "2026-12-01"


def title(case: dict[str, Any]) -> str:
    return " ".join(filter(None, (case.get("rule"), case.get("about"))))


def messages(rule: str, written: dict[str, Any]) -> list[str]:
    (policy,) = (policy for policy in OF_OBJECTS if policy.id == rule)
    return [finding.message for finding in policy.findings(RenderedObject(CELL, written))]


@pytest.mark.parametrize("case", OBJECTS, ids=title)
def test_a_policy_stops_an_object_and_lets_one_near_it_pass(case: dict[str, Any]) -> None:
    written = case.get("object", CLUSTER)
    stopped = messages(case["rule"], edited(written, case["fails"]))
    assert any(case["says"] in message for message in stopped), stopped
    assert messages(case["rule"], edited(written, case.get("passes", {}))) == []
    assert "canary" not in " ".join(stopped)


def test_no_policy_stops_the_cluster_of_the_cases() -> None:
    assert [(policy.id, messages(policy.id, CLUSTER)) for policy in OF_OBJECTS if messages(policy.id, CLUSTER)] == []


@pytest.mark.parametrize("case", CELLS, ids=title)
def test_check_reports_the_policies_of_a_cell(
    case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, {"file": "stacks/here/cell.yaml", "replace": "environment: development", "by": case["cell"]})
    for name, text in case.get("write", {}).items():
        (root / name).write_text(text)
    for edit in case.get("edits", ()):
        change(root, edit)
    code = main(["check", "--root", str(root), "--format", "json", "--as-of", case.get("as_of", AS_OF)])
    findings = json.loads(capsys.readouterr().out)["findings"]
    own = {rule.id for rule in RULES} | {hazard.id for rule in RULES for hazard in rule.raises}
    shown = [
        " ".join((finding["severity"], finding["rule"], (finding["subject"] or {}).get("name", "-")))
        for finding in findings
        if finding["rule"] in own and finding["rule"] not in case.get("aside", ())
    ]
    assert sorted(shown) == sorted(case["expect"])
    texts = " | ".join(f"{finding['message']}; {finding['remedy']}" for finding in findings)
    assert [text for text in case.get("says", ()) if text not in texts] == [], texts
    assert code == case["code"]


def test_every_level_has_a_severity_for_every_environment() -> None:
    names = {"production", "staging", "development", "ephemeral"}
    assert all(set(by_environment) == names for by_environment in SEVERITIES.values())


def test_no_policy_of_a_state_repeats_an_error_that_is_there() -> None:
    assert [(rule.id, hazard.id) for rule in RULES for hazard in rule.raises if hazard.severity == "error"] == []
