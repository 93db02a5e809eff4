"""Ready renderings: taken for the commit that they are of, refused for any other or when they were changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aerofleet.cli import main
from tests.fleet.project import EXAMPLE
from tests.trees.repository import commit, edit, git, project

TEAM = "stacks/local/teams/checkout.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(EXAMPLE, tmp_path / "project")


def published(root: Path, to: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return the file with the rendering of the current commit."""
    assert main(["render", "--root", str(root), "--publish"]) == 0
    to.write_text(capsys.readouterr().out)
    return to


def reviewed(root: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    main(["review", "--root", str(root), "--format", "json", *options])
    review: dict[str, Any] = json.loads(capsys.readouterr().out)
    return review


def test_a_review_with_a_ready_base_is_the_same(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = published(root, tmp_path / "base.json", capsys)
    edit(root, TEAM, "defaultTtl: 30d", "defaultTtl: 40d")
    without, ready = reviewed(root, capsys), reviewed(root, capsys, "--base-render", str(base))
    assert ready["clusters"] == without["clusters"] != []
    assert ready["base"]["renderedBy"] == "file"
    assert ready["base"]["digest"].startswith("sha256:")


def test_a_product_with_another_rendering_is_a_change_by_code(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a new version of the product in the pins makes it, whose rendering comes from where it is installed."""
    (root / "requirements.txt").write_text("aerofleet==0.0.9\n")
    commit(root)
    (root / "requirements.txt").write_text("aerofleet==0.0.8\n")
    head = commit(root)
    base = published(root, tmp_path / "head.json", capsys)
    document = json.loads(base.read_text())
    entries = document["cells"]["local"]["objects"]
    changed = next(one["object"] for one in entries if one["object"]["metadata"]["name"] == "cart")
    changed["spec"]["aerospikeConfig"]["service"]["proto-fd-max"] = 14_000
    from aerofleet.trees.own_code import objects_of
    from aerofleet.trees.published import as_published

    cells = {name: objects_of(cell, name) for name, cell in document["cells"].items()}
    ready = tmp_path / "ready.json"
    ready.write_text(as_published(head, "0.0.8", cells, {}))
    old = tmp_path / "old.json"
    old.write_text(base.read_text().replace(head, git(root, "rev-parse", "HEAD~1")))
    review = reviewed(root, capsys, "--base", "HEAD~1", "--base-render", str(old), "--head-render", str(ready))
    assert [(cluster["cluster"], cluster["byChangedCode"]) for cluster in review["clusters"]] == [("cart", True)]
    assert [(cause["layer"], cause["old"], cause["new"]) for cause in review["clusters"][0]["cause"]] == [
        ("pin", "0.0.9", "0.0.8")
    ]
    assert review["enginePreviews"][0]["pins"] == ["aerofleet 0.0.9 → 0.0.8"]


def test_a_rendering_of_another_commit_is_refused(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = published(root, tmp_path / "base.json", capsys)
    old = git(root, "rev-parse", "HEAD")
    edit(root, TEAM, "defaultTtl: 30d", "defaultTtl: 40d")
    new = commit(root)
    assert main(["review", "--root", str(root), "--base", "HEAD", "--base-render", str(base)]) == 2
    errors = capsys.readouterr().err
    assert f"rendering of commit {old}, and base is {new}" in errors


def test_a_rendering_that_was_changed_is_refused(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = published(root, tmp_path / "base.json", capsys)
    base.write_text(base.read_text().replace('"proto-fd-max": 15000', '"proto-fd-max": 16000'))
    assert main(["review", "--root", str(root), "--base", "HEAD", "--base-render", str(base)]) == 2
    assert "it was changed after it was published" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "aerofleet.io/render/v1", "objects": []}', "[" * 5000])
def test_another_file_is_refused(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (tmp_path / "base.json").write_text(text)
    assert main(["review", "--root", str(root), "--base-render", str(tmp_path / "base.json")]) == 2
    assert "make it with `aerofleet render --publish`" in capsys.readouterr().err


def test_what_is_not_committed_is_not_published(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ready = published(root, tmp_path / "head.json", capsys)
    (root / "stacks" / "new").mkdir()
    (root / "stacks" / "new" / "cell.yaml").write_text("cell: new\n")
    assert main(["render", "--root", str(root), "--publish"]) == 2
    assert "stacks/new/cell.yaml: not as commit" in capsys.readouterr().err
    assert main(["review", "--root", str(root), "--head-render", str(ready)]) == 2
    assert "stacks/new/cell.yaml: not as commit" in capsys.readouterr().err


def test_a_cell_with_mistakes_is_published_with_them(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(root, TEAM, "defaultTtl", "defaultTl")
    commit(root)
    ready = published(root, tmp_path / "base.json", capsys)
    edit(root, TEAM, "defaultTl", "defaultTtl")
    review = reviewed(root, capsys, "--base-render", str(ready))
    assert [(one["cell"], one["side"]) for one in review["unknown"]] == [("local", "base")]
    assert "defaultTl" in review["unknown"][0]["reason"]
