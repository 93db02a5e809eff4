"""`aerofleet review`: its sides, its exit code, and what it tells of a change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aerofleet.cli import main
from aerofleet.trees.isolation import NAMESPACES, isolation_level
from tests.fleet.project import EXAMPLE, copy_of
from tests.trees.repository import commit, edit, git, project

TEAM = "stacks/local/teams/checkout.yaml"
TIER = "templates/tiers/silver.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(EXAMPLE, tmp_path / "project")


def reviewed(root: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any]]:
    code = main(["review", "--root", str(root), "--format", "json", *options])
    return code, json.loads(capsys.readouterr().out)


def test_nothing_changed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, review = reviewed(root, capsys)
    assert (code, review["verdict"], review["clusters"]) == (0, "none", [])
    assert review["counts"]["none"] > 1


def test_a_line_of_a_team_is_the_cause(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, TEAM, "defaultTtl: 30d", "defaultTtl: 40d")
    code, review = reviewed(root, capsys)
    assert (code, review["verdict"]) == (0, "live")
    (cluster,) = review["clusters"]
    assert (cluster["cell"], cluster["stack"], cluster["team"], cluster["cluster"]) == (
        "local",
        "local",
        "checkout",
        "cart",
    )
    (cause,) = cluster["cause"]
    line = (root / TEAM).read_text().splitlines().index("        defaultTtl: 40d") + 1
    assert (cause["path"], cause["old"], cause["new"]) == ("namespaces.cart.defaultTtl", "30d", "40d")
    assert (cause["location"]["file"], cause["location"]["line"]) == (TEAM, line)


def test_the_default_base_is_where_head_left_the_main_branch(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(root, "switch", "--quiet", "--create", "change")
    edit(root, TEAM, "defaultTtl: 30d", "defaultTtl: 40d")
    commit(root)
    git(root, "switch", "--quiet", "main")
    edit(root, TEAM, "6k/s", "7k/s")
    newer = commit(root)
    _, review = reviewed(root, capsys, "--head", "change")
    assert [cause["path"] for cluster in review["clusters"] for cause in cluster["cause"]] == [
        "namespaces.cart.defaultTtl"
    ]
    assert review["base"]["commit"] == git(root, "merge-base", "main", "change") != newer


def test_a_base_that_nobody_named_is_said(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--root", str(root), "--format", "markdown"]) == 0
    output = capsys.readouterr()
    assert not output.out
    commit_of_main = git(root, "rev-parse", "main")[:12]
    assert output.err == (
        f"aerofleet review: working tree is compared with {commit_of_main}; --base names another revision:"
        " nothing changes\n"
    )
    main(["review", "--root", str(root), "--format", "markdown", "--base", "main"])
    assert not capsys.readouterr().err


def test_two_folders(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = copy_of(root, tmp_path / "other")
    edit(other, TIER, "defrag-lwm-pct: 50", "defrag-lwm-pct: 55")
    code, review = reviewed(root, capsys, "--base", str(root), "--head", str(other))
    assert (code, review["base"]["commit"], review["verdict"]) == (0, "", "live")


def test_a_mistake_in_one_cell_leaves_the_others_judged(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, TEAM, "defaultTtl", "defaultTl")
    edit(root, "stacks/staging/cell.yaml", "scrapeInterval: 15s", "scrapeInterval: 20s")
    code, review = reviewed(root, capsys)
    assert (code, review["verdict"]) == (1, "unknown")
    (unknown,) = review["unknown"]
    assert (unknown["cell"], unknown["side"]) == ("local", "head")
    assert unknown["mistakes"][0]["location"]["file"] == TEAM
    assert {cluster["cell"] for cluster in review["clusters"]} <= {"staging"}
    assert review["counts"]["unknown"] == unknown["clusters"] > 0


def test_a_cell_that_is_broken_on_both_sides_does_not_change(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, TEAM, "defaultTtl", "defaultTl")
    commit(root)
    code, review = reviewed(root, capsys)
    assert (code, review["verdict"], review["unknown"]) == (0, "none", [])


def test_the_effect_decides_the_exit_code(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, TEAM, "defaultTtl: 30d", "defaultTtl: 40d")
    assert reviewed(root, capsys, "--fail-on", "live")[0] == 1
    assert reviewed(root, capsys, "--fail-on", "warm-restart")[0] == 0
    assert reviewed(root, capsys, "--fail-on", "none")[0] == 0


def test_a_revision_that_is_not_there(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--root", str(root), "--base", "nowhere"]) == 2
    assert "'nowhere' is neither a revision" in capsys.readouterr().err
    assert main(["review", "--root", str(root), "--base=--output=x"]) == 2
    assert not (root / "x").exists()


def test_a_folder_that_is_no_project(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stacks = root / "stacks"
    assert main(["review", "--root", str(root), "--base", str(stacks)]) == 2
    assert capsys.readouterr().err == f"aerofleet review: the folder '{stacks}' is no project: it has no stacks/\n"


def test_a_folder_without_a_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(EXAMPLE, tmp_path / "project")
    assert main(["review", "--root", str(root)]) == 2
    assert "name a revision or a folder with --base" in capsys.readouterr().err


@pytest.mark.skipif(isolation_level() == "none", reason="no unshare with user namespaces on this system")
def test_a_review_needs_no_network_no_home_and_no_secrets(root: Path, tmp_path: Path) -> None:
    edit(root, TEAM, "defaultTtl: 30d", "defaultTtl: 40d")
    home = tmp_path / "home"
    home.mkdir()
    program = Path(sys.executable).parent / "aerofleet"
    command = [*NAMESPACES, str(program), "review", "--root", str(root), "--base", "main", "--format", "json"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["verdict"] == "live"
    assert not list(home.iterdir())
