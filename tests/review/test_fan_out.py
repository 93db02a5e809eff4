"""The clusters that a review names are those whose rendered bytes differ: none is missed, none is extra.

The comparison is an independent one: of the lines that `aerofleet render` prints for both sides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.cli import main
from tests.fleet.project import CASES, EXAMPLE
from tests.trees.repository import commit, project

FILE = CASES / "review" / "fan_out.yaml"
EDITS: dict[str, dict[str, Any]] = {case["name"]: case for case in yaml.safe_load(FILE.read_text())}
LABELS = ("aerofleet.io/cell", "aerofleet.io/team", "aerofleet.io/cluster")
Key = tuple[str, str, str]


def apply(root: Path, edits: list[dict[str, Any]]) -> None:
    for edit in edits:
        path = root / edit["file"]
        text = path.read_text()
        assert edit["replace"] in text, edit
        path.write_text(text.replace(edit["replace"], edit["by"], 1 if edit.get("first") else -1))


def rendered(root: Path, capsys: pytest.CaptureFixture[str]) -> dict[Key, list[str]]:
    """Return (cell, team, cluster) → the bytes of all its objects."""
    assert main(["render", "--root", str(root), "--format", "json"]) == 0
    clusters: dict[Key, list[str]] = {}
    for entry in json.loads(capsys.readouterr().out)["objects"]:
        labels: Mapping[str, str] = entry["object"]["metadata"].get("labels") or {}
        if all(label in labels for label in LABELS):
            cell, team, cluster = (labels[label] for label in LABELS)
            clusters.setdefault((cell, team, cluster), []).append(json.dumps(entry["object"]))
    return clusters


def differing(before: Mapping[Key, list[str]], after: Mapping[Key, list[str]]) -> set[Key]:
    return {key for key in {*before, *after} if before.get(key) != after.get(key)}


def reviewed(root: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    main(["review", "--root", str(root), "--format", "json"])
    review: dict[str, Any] = json.loads(capsys.readouterr().out)
    return review


def named(review: Mapping[str, Any]) -> set[Key]:
    return {(one["cell"], one["team"], one["cluster"]) for one in review["clusters"]}


@pytest.mark.parametrize("name", EDITS)
def test_the_named_clusters_are_those_that_differ(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, root = EDITS[name], project(EXAMPLE, tmp_path / "project")
    apply(root, case.get("before", []))
    commit(root)
    before = rendered(root, capsys)
    apply(root, case["edits"])
    review = reviewed(root, capsys)
    assert not review["unknown"]
    expected = differing(before, rendered(root, capsys))
    assert named(review) == expected
    assert len(expected) == case["clusters"]
    if "cause" in case:
        causes = [
            [cause["location"]["file"], cause["path"], cause["old"], cause["new"]]
            for cluster in review["clusters"]
            for cause in cluster["cause"]
        ]
        assert causes == [case["cause"]] * len(expected)
    assert all(cluster["cause"] for cluster in review["clusters"])


def test_equal_changes_are_one_group(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = project(EXAMPLE, tmp_path / "project")
    apply(root, EDITS["a line of the tier that all others extend"]["edits"])
    review = reviewed(root, capsys)
    for group in review["folded"]:
        assert len(group["clusters"]) > 1
    folded = [tuple(one.values()) for group in review["folded"] for one in group["clusters"]]
    assert len(folded) == len(set(folded))
    assert set(folded) <= named(review)
