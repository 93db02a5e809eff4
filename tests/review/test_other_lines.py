"""No edit of the definitions passes without a word, also where no cluster changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.review.advice import advice_of
from aerofleet.review.formats.comment import as_comment
from aerofleet.review.formats.text import as_text
from aerofleet.trees.compare import Request, review_sides
from tests.fleet.project import change, copy_of
from tests.review.edited import DAY, FOLDER, PROJECT

CASES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "other_lines.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case["names"]) or "a-comment")
def test_a_changed_line_that_no_cluster_names(case: dict[str, Any], tmp_path: Path) -> None:
    root = copy_of(PROJECT, tmp_path / "project")
    change(root, case)
    review = review_sides(root, Request(str(PROJECT), str(root)), DAY)
    of_objects = [cause.path for other in review.others for cause in other.causes]
    assert [*of_objects, *(cause.path for cause in review.other_lines)] == case["names"]
    assert not review.clusters
    assert (advice_of(review).action in ("ask", "stop")) == case["asks"]
    comment, text = as_comment(review), as_text(review)
    assert all(name in comment and name in text for name in case["names"])
    assert bool(comment) == bool(case["names"])
