"""Another release of the operator, and other servers: what a review says of each cluster, and of the releases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aerofleet.analysis.release_change import operator_reasons
from aerofleet.cli import main
from aerofleet.findings.effect import Effect
from aerofleet.review.upgrades import server_notes
from tests.fleet.project import EXAMPLE
from tests.trees.repository import edit, project

CELL = "stacks/local/cell.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(EXAMPLE, tmp_path / "project")


def reviewed(root: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    main(["review", "--root", str(root), "--format", "json"])
    review: dict[str, Any] = json.loads(capsys.readouterr().out)
    return review


def resource(root: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return an AerospikeCluster of the example."""
    assert main(["render", "local", "--root", str(root), "--format", "json"]) == 0
    objects = (entry["object"] for entry in json.loads(capsys.readouterr().out)["objects"])
    return next(one for one in objects if one["kind"] == "AerospikeCluster")


def test_a_release_that_is_not_known_is_data_at_risk(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, CELL, "version: 4.5.0", "version: 4.9.0\n  estimateUnknownRelease: true")
    review = reviewed(root, capsys)
    assert review["verdict"] == "data-at-risk"
    assert review["counts"]["data-at-risk"] == 5
    for cluster in review["clusters"]:
        assert "operator-upgrade-unknown" in {reason["rule"] for reason in cluster["reasons"]}
        assert cluster["cause"][0]["path"] == "operator.version"
    (upgrade,) = review["upgrades"]
    assert (upgrade["kind"], upgrade["old"], upgrade["new"], len(upgrade["clusters"])) == (
        "operator",
        "4.5.0",
        "4.9.0",
        5,
    )


def test_releases_that_do_the_same_change_no_cluster(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, CELL, "version: 4.5.0", "version: 4.4.1")
    review = reviewed(root, capsys)
    (upgrade,) = review["upgrades"]
    assert (upgrade["old"], upgrade["new"], upgrade["cause"]["location"]["file"]) == ("4.5.0", "4.4.1", CELL)
    named = {cluster["cluster"] for cluster in review["clusters"]}
    assert len(upgrade["clusters"]) == len(named)


def test_what_only_the_new_release_refuses(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cluster = resource(root, capsys)
    cluster["spec"]["image"] = cluster["spec"]["image"].rpartition(":")[0] + ":8.1.2.6"
    reasons = operator_reasons(cluster, "4.5.0", "4.3.0")
    assert Effect.REFUSED in {reason.effect for reason in reasons}
    assert operator_reasons(cluster, "4.5.0", "4.5.0") == ()


def test_what_a_new_release_admits_is_a_note(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from aerofleet.review.upgrades import _refused_no_longer

    cluster = resource(root, capsys)
    assert list(_refused_no_longer({"a/b": cluster}, "4.5.0", "4.5.0")) == []
    cluster["spec"]["image"] = cluster["spec"]["image"].rpartition(":")[0] + ":8.1.2.6"
    notes = list(_refused_no_longer({"a/b": cluster}, "4.3.0", "4.5.0"))
    assert {note.rule for note in notes} == {"refused-no-longer"}
    assert notes[0].message.startswith("a/b: 4.3.0 refuses it, 4.5.0 does not: ")


def test_bugs_between_two_servers() -> None:
    rules = {old_new: {note.rule for note in server_notes(*old_new)} for old_new in NOTES}
    assert rules == NOTES


NOTES = {
    ("8.1.1.1", "8.1.2.0"): {"server-bug-comes", "server-bug-of-upgrade"},
    ("8.1.2.0", "8.1.2.6"): {"server-bug-goes"},
    ("8.1.2.6", "8.1.2.6"): set(),
}
"""(server before, server after) → the rules of the notes."""


def test_a_bug_that_strikes_no_cluster_is_no_warning() -> None:
    plain, with_xdr = {"namespaces": [{"name": "cart"}]}, {"xdr": {"dcs": [{"name": "fra"}]}}
    none = list(server_notes("8.1.1.1", "8.1.2.6", {"shop/cart": (plain,)}))
    assert [(note.rule, note.severity) for note in none] == [("server-bug-elsewhere", "info")]
    one = list(server_notes("8.1.1.1", "8.1.2.6", {"shop/cart": (plain,), "shop/list": (plain, with_xdr)}))
    assert [(note.rule, note.severity) for note in one] == [("server-bug-of-upgrade", "severe")]
    assert one[0].message.endswith("(1 of 2 clusters: shop/list)")


def test_a_format_changes_between_two_servers() -> None:
    assert "server-format-changes" in {note.rule for note in server_notes("6.4.0.1", "7.0.0.1")}
    assert "server-format-changes" not in {note.rule for note in server_notes("7.0.0.1", "7.1.0.1")}


def test_a_channel_lists_its_clusters_and_the_bugs_between(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, CELL, "stable: 8.1.1.1", "stable: 8.1.2.0")
    review = reviewed(root, capsys)
    (upgrade,) = review["upgrades"]
    assert (upgrade["kind"], upgrade["channel"], len(upgrade["clusters"])) == ("server", "stable", 5)
    assert "server-bug-comes" in {note["rule"] for note in upgrade["notes"]}
