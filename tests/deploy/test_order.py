"""The order of deployments: a commit goes only after those that a stack has, also in part."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import pytest

from aerofleet.deploy.decision import ReviewedMerge
from aerofleet.deploy.gather import Project, baselines, reviews_of
from aerofleet.deploy.record import Deployment, Record
from aerofleet.deploy.reviews import NotAfterError
from aerofleet.trees.published import Published
from tests.deploy.sides import CELL
from tests.fleet.project import change
from tests.policy.test_change import project
from tests.trees.repository import commit, git

DAY = datetime.date(2026, 11, 29)
STACK = "shop"
SHOP_TEAM = "stacks/here/teams/shop.yaml"


@pytest.fixture
def history(tmp_path: Path) -> tuple[Path, list[str]]:
    """Return a repository, and its commits, the oldest first. None changes definitions, so none has a review."""
    git(tmp_path, "init", "--quiet")
    commits = []
    for name in ("first", "second", "third"):
        (tmp_path / "notes").write_text(name)
        commits.append(commit(tmp_path))
    return tmp_path, commits


def reviewed(root: Path, wanted: str, record: Record) -> None:
    project = Project(root, wanted, Published(wanted, "", "", {}, {}), root)
    assert reviews_of(project, "shop", [STACK], {STACK: record}, DAY) == {STACK: [] if record.completed else None}


def deployment(of: str, outcome: str) -> Deployment:
    return Deployment(of, "", "somebody", "2026-11-29T10:00:00+00:00", outcome=outcome)


@pytest.mark.parametrize("outcome", ["sending", "rolling-out", "failed"])
def test_a_commit_before_one_that_was_begun_is_refused(history: tuple[Path, list[str]], outcome: str) -> None:
    root, (first, second, third) = history
    record = Record(deployment(first, "completed"), deployment(second, outcome))
    with pytest.raises(NotAfterError, match=f"deployed last from commit {second[:12]}, and {first[:12]} does not"):
        reviewed(root, first, record)
    reviewed(root, second, record)
    reviewed(root, third, record)


def test_the_same_without_any_completed_one(history: tuple[Path, list[str]]) -> None:
    root, (first, second, _) = history
    with pytest.raises(NotAfterError):
        reviewed(root, first, Record(None, deployment(second, "failed")))
    reviewed(root, second, Record(None, deployment(second, "failed")))


def test_after_a_first_deployment_that_did_not_end_a_change_needs_its_review(tmp_path: Path) -> None:
    root = project(tmp_path / "clone", [])
    git(root, "init", "--quiet")
    first = commit(root)
    ttl = {
        "file": SHOP_TEAM,
        "replace": "    tier: secure",
        "by": "    tier: secure\n    namespaces: [{name: cart, defaultTtl: 5d}]",
    }
    change(root, ttl)
    second = commit(root)
    folder = tmp_path / "definitions"
    folder.mkdir()

    def reviews(wanted: str) -> Sequence[ReviewedMerge] | None:
        clone = Project(root, wanted, Published(wanted, "", "", {}, {}), folder)
        return reviews_of(clone, CELL, [CELL], {CELL: record}, DAY)[CELL]

    record = Record().now(deployment(first, "rolling-out"))
    assert reviews(first) is None, "everything is new"
    of_all, of_change = reviews(second) or ()
    assert (of_all.commit, of_change.commit) == (first, second)
    assert set(of_all.clusters) > set(of_change.clusters) == {"aerospike-shop/cart"}
    record = record.now(deployment(second, "failed"))
    assert [one.commit for one in reviews(second) or ()] == [first, second], "the first one counts, not the last"
    assert baselines({CELL: record}, second) == {CELL: first}
