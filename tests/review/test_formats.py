"""The formats of a review for other programs."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest
from jsonschema import Draft202012Validator

from aerofleet.findings import Finding
from aerofleet.findings.effect import Effect
from aerofleet.review.formats import FORMATS
from aerofleet.review.formats.json_schema import review_schema
from aerofleet.review.model import CellFinding, Review
from tests.fleet.project import ROOT
from tests.review.edited import review_of_edit
from tests.review.random_review import random_review
from tests.review.test_comment import nasty_text

VALIDATOR = Draft202012Validator(review_schema())


@pytest.fixture(scope="module")
def exporter(tmp_path_factory: pytest.TempPathFactory) -> Review:
    return review_of_edit("exporter-in-place", tmp_path_factory.mktemp("edit"))


def printed(review: Review, form: str, show_all: bool = False) -> str:
    from aerofleet.findings.terminal import NO_TERMINAL

    return FORMATS[form](review, NO_TERMINAL, show_all)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(review_schema())
    assert json.loads((ROOT / "docs/reference/review.schema.json").read_text()) == review_schema()


def test_the_json_of_an_edit_has_its_schema(exporter: Review) -> None:
    document = json.loads(printed(exporter, "json"))
    VALIDATOR.validate(document)
    assert document["schema"] == review_schema()["$id"]


@pytest.mark.parametrize("seed", range(5))
def test_the_json_of_any_review_has_its_schema(seed: int) -> None:
    random = Random(seed)
    VALIDATOR.validate(json.loads(printed(random_review(random, lambda: nasty_text(random), 12), "json")))


def test_sarif_has_the_rules_of_the_catalogue_at_the_changed_lines(exporter: Review) -> None:
    (run,) = json.loads(printed(exporter, "sarif"))["runs"]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {result["ruleId"] for result in run["results"]}
    (image, *_) = [result for result in run["results"] if result["ruleId"] == "image"]
    place = image["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "templates/tiers/base.yaml"},
        "region": {"startLine": 30, "startColumn": 9},
    }
    assert "fra checkout/session and 1 cluster more" in image["message"]["text"]


def test_annotations_name_file_and_line(exporter: Review) -> None:
    lines = printed(exporter, "github").splitlines()
    assert "::error file=templates/tiers/base.yaml,line=6,col=3,title=tier-edited::" in lines[2]
    assert any(line.startswith("::warning file=templates/tiers/base.yaml,line=30") for line in lines)


def test_annotations_beyond_what_github_shows_are_counted(exporter: Review) -> None:
    findings = tuple(CellFinding("fra", Finding("image", "error", f"path-{n}", "is wrong"), True) for n in range(25))
    review = replace(exporter, findings=findings, clusters=(), groups=(), others=())
    lines = printed(review, "github").splitlines()
    assert len(lines) == 10
    assert lines[-1] == (
        "::error title=more::16 errors more are not shown here: 16 image. The review's comment has all"
    )
    assert len(printed(review, "github", show_all=True).splitlines()) == 25


def test_a_value_makes_no_command_of_its_own() -> None:
    random = Random(1)
    review = random_review(random, lambda: "a\n::error::b\r%0A", 3)
    rules = {"rule": "image"}
    groups = tuple(
        replace(
            group,
            reasons=tuple(replace(one, **rules) for one in group.reasons),
            hazards=tuple(replace(one, **rules) for one in group.hazards),
        )
        for group in review.groups
    )
    for line in printed(replace(review, groups=groups), "github").splitlines():
        assert line.startswith(("::error ", "::warning ", "::notice "))


def test_effects_of_the_schema_are_all() -> None:
    assert {str(effect) for effect in Effect} < set(review_schema()["properties"]["verdict"]["enum"])


def test_nothing_changes(exporter: Review) -> None:
    empty = replace(
        exporter, clusters=(), groups=(), others=(), findings=(), unknown=(), upgrades=(), previews=(), changed_code=()
    )
    assert printed(empty, "markdown") == printed(empty, "github") == ""
