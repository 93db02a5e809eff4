"""A review against recorded previews of the engine: what disagrees, what drifted, and what is not deployed yet."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.cli import main
from aerofleet.findings import Effect, Finding
from aerofleet.review.agreement.compare import compared
from aerofleet.review.agreement.preview import Preview, preview_of
from aerofleet.review.agreement.reviewed import ReviewedObject, ReviewedStack
from aerofleet.units.object_identity import key_of, label_of
from tests.fleet.project import EXAMPLE, change, copy_of
from tests.review.agreement_scenarios import FOLDER, SCENARIOS, planned, recorded

CASES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "cases.yaml").read_text())
CLUSTER = "asdb.aerospike.com", "AerospikeCluster", "agreed"


def preview(case: dict[str, Any]) -> Preview:
    document = copy.deepcopy(recorded(case["preview"]))
    for name, operation in case.get("operation", {}).items():
        for step in document["steps"]:
            if step["urn"].endswith(f"/{name}"):
                step["op"] = operation
    return preview_of(document)


def reviewed(case: dict[str, Any]) -> ReviewedStack:
    scenario = SCENARIOS[case["preview"]]
    before = planned(case.get("before", {}), case.get("before_more", []))
    is_program = "after" not in case
    more = case.get("more", scenario.get("more", []) if is_program else [])
    after = planned(scenario.get("edits", {}) if is_program else case["after"], more)
    old, new = ({key_of(one): one for one in side} for side in (before, after))
    effects = {name: next(one for one in Effect if str(one) == text) for name, text in case.get("effects", {}).items()}
    objects = {
        key: ReviewedObject(
            label_of(new.get(key) or old.get(key) or {}),
            old.get(key),
            new.get(key),
            effects.get(key[3]),
            is_sent=key[3] not in case.get("held", ()),
        )
        for key in {**new, **old}
    }
    names = {key[3] for key in objects}
    ghosts = {
        (*CLUSTER, name): ReviewedObject(f"AerospikeCluster agreed/{name}", None, None, effect)
        for name, effect in effects.items()
        if name not in names
    }
    return objects | ghosts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_what_a_review_and_a_preview_differ_in(case: dict[str, Any]) -> None:
    found: list[Finding] = list(compared(reviewed(case), preview(case)))
    assert [f"{one.severity} {one.rule} {one.subject}" for one in found] == case.get("expect", []), found
    texts = " | ".join(f"{one.path}: {one.message}" for one in found)
    assert [text for text in case.get("says", ()) if text not in texts] == [], texts


@pytest.mark.parametrize(
    "document",
    ["[]", "{}", '{"steps": 1}', '{"steps": [{}]}', '{"steps": []}', '{"steps": [{"op": 1, "urn": "x"}]}', "{"],
)
def test_something_else_than_a_preview_is_refused(
    document: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "preview.json"
    file.write_text(document)
    root = copy_of(EXAMPLE, tmp_path / "project")
    assert main(["review", "--base", str(EXAMPLE), "--head", str(root), "--engine", str(file)]) == 2
    assert "no preview of one stack as JSON" in capsys.readouterr().err


def test_a_preview_of_another_stack_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "preview.json"
    file.write_text(json.dumps(recorded("nothing")))
    root = copy_of(EXAMPLE, tmp_path / "project")
    assert main(["review", "--base", str(EXAMPLE), "--head", str(root), "--engine", str(file)]) == 2
    assert "the preview is of stack 'agreed', and the review has the stacks local, staging" in capsys.readouterr().err
    assert main(["review", "--base", str(EXAMPLE), "--head", str(root), "--engine", str(tmp_path / "none")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_a_disagreement_fails_a_review(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The stack of the preview has none of the objects of the cell."""
    root = copy_of(EXAMPLE, tmp_path / "project")
    change(root, {"file": "stacks/local/teams/checkout.yaml", "replace": "defaultTtl: 30d", "by": "defaultTtl: 20d"})
    file = tmp_path / "preview.json"
    file.write_text(json.dumps(recorded("nothing")).replace("urn:pulumi:agreed", "urn:pulumi:local"))
    assert main(["review", "--base", str(EXAMPLE), "--head", str(root), "--engine", str(file)]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "do not merge" in shown
    assert "AerospikeCluster aerospike-checkout/cart: the review says live, and the engine would do nothing" in shown
