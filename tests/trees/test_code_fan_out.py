"""The clusters that a review of changed code, or of another pin of the product, names are those whose rendered bytes
differ: none is missed, none is extra.

The comparison is an independent one: each side is rendered to a file by its own code, in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.cli import main
from tests.fleet.project import CASES, EXAMPLE
from tests.trees.repository import commit, edit, git, project

EDITS: list[dict[str, Any]] = yaml.safe_load((CASES / "review" / "code_fan_out.yaml").read_text())
CALL = "import sys; sys.path.insert(0, sys.argv[1]); from aerofleet.cli import main; sys.exit(main(sys.argv[2:]))"
OWNER = ("aerofleet.io/cell", "aerofleet.io/team", "aerofleet.io/cluster")
Key = tuple[str, str, str]


def by_code_of(clone: Path, root: Path, to: Path, *options: str) -> Path:
    """Render the definitions below ``root`` with the code of ``clone``, into a file."""
    call = [sys.executable, "-I", "-B", "-c", CALL, str(clone), "render", "--root", str(root), *options]
    with to.open("wb") as file:
        subprocess.run(call, stdout=file, check=True)
    return to


def objects_of_clusters(file: Path) -> dict[Key, list[str]]:
    """Return (cell, team, cluster) → the text of each of its objects in a rendering."""
    clusters: dict[Key, list[str]] = {}
    for entry in json.loads(file.read_text())["objects"]:
        labels: Mapping[str, str] = entry["object"]["metadata"].get("labels") or {}
        if all(label in labels for label in OWNER):
            cell, team, cluster = (labels[label] for label in OWNER)
            clusters.setdefault((cell, team, cluster), []).append(json.dumps(entry["object"]))
    return clusters


def differing(before: Path, after: Path) -> set[Key]:
    old, new = objects_of_clusters(before), objects_of_clusters(after)
    return {key for key in {*old, *new} if old.get(key) != new.get(key)}


def named(capsys: pytest.CaptureFixture[str], root: Path, *options: str) -> set[Key]:
    """Return the clusters that a review names, each with a cause."""
    main(["review", "--root", str(root), "--format", "json", *options])
    review = json.loads(capsys.readouterr().out)
    assert not review["unknown"]
    assert all(cluster["cause"] for cluster in review["clusters"])
    return {(one["cell"], one["team"], one["cluster"]) for one in review["clusters"]}


@pytest.fixture(scope="module")
def before(product: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return by_code_of(product, product, tmp_path_factory.mktemp("before") / "before.json", "--format", "json")


@pytest.mark.parametrize("case", EDITS, ids=lambda case: case["name"])
def test_code(
    case: dict[str, Any], clone: Path, before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for one in case["edits"]:
        edit(clone, one["file"], one["replace"], one["by"])
    after = by_code_of(clone, clone, tmp_path / "after.json", "--format", "json")
    expected = differing(before, after)
    assert len(expected) == case["clusters"], "an edit without any effect is no passing case"
    assert named(capsys, clone) == expected


@pytest.mark.parametrize("case", EDITS[:2], ids=lambda case: case["name"])
def test_a_pin_of_the_product(
    case: dict[str, Any], product: Path, before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two installations of the product, each of which publishes what it renders of the commit that pins it."""
    git(tmp_path, "clone", "--quiet", str(product), "newer")
    newer, root, files = tmp_path / "newer", project(EXAMPLE, tmp_path / "project"), {}
    for one in case["edits"]:
        edit(newer, one["file"], one["replace"], one["by"])
    for side, installation, version in (("base", product, "0.0.8"), ("head", newer, "0.0.9")):
        (root / "requirements.txt").write_text(f"aerofleet=={version}\n")
        commit(root)
        files[side] = by_code_of(installation, root, tmp_path / f"{side}.json", "--publish")
    after = by_code_of(newer, root, tmp_path / "after.json", "--format", "json")
    expected = differing(before, after)
    assert len(expected) == case["clusters"]
    ready = (f"--{side}-render={file}" for side, file in files.items())
    assert named(capsys, root, "--base", "HEAD~1", *ready) == expected
