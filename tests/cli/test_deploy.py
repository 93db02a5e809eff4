"""`aerofleet deploy`: what it refuses before it looks at any cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.cli import main
from tests.fleet.project import EXAMPLE
from tests.trees.repository import commit, edit, project

TEAM = "stacks/local/teams/checkout.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = project(EXAMPLE, tmp_path / "project")
    (root / "policies").mkdir()
    (root / "policies" / "PulumiPolicy.yaml").write_text("runtime: python\n")
    commit(root)
    return root


@pytest.fixture
def published(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert main(["render", "--publish", "--root", str(root)]) == 0
    file = tmp_path / "rendering.json"
    file.write_text(capsys.readouterr().out)
    return file


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "--head-render"),
        (["--head-render", "x", "--wait-for", "5"], "'5' is no duration: write 90s, 30m or 2h"),
        (["--head-render", "x", "--parallel", "0"], "'0' is no number of stacks"),
        (["--head-render", "x", "--user", "anna"], "--user needs --password-file"),
    ],
)
def test_a_wrong_option(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["deploy", "local", *options])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def deployed(root: Path, published: Path, stack: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["deploy", stack, "--root", str(root), "--head-render", str(published)])
    return code, " ".join(capsys.readouterr().err.split())


def test_an_unknown_stack(root: Path, published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = deployed(root, published, "local.shop", capsys)
    assert (code, "stack 'local.shop' is not one of cell 'local'; its stacks are local" in shown) == (2, True), shown


def test_a_clone_that_is_not_clean(root: Path, published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, TEAM, "defaultTtl: 30d", "defaultTtl: 20d")
    code, shown = deployed(root, published, "local", capsys)
    assert (code, "commit first" in shown) == (2, True), shown


def test_the_rendering_of_another_commit(root: Path, published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, TEAM, "defaultTtl: 30d", "defaultTtl: 20d")
    commit(root)
    code, shown = deployed(root, published, "local", capsys)
    assert (code, "take the one that was published for this commit" in shown) == (2, True), shown


def test_a_project_without_policies(root: Path, published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "policies" / "PulumiPolicy.yaml").unlink()
    (root / "policies").rmdir()
    code, shown = deployed(root, published, "local", capsys)
    assert (code, "there is no folder policies/" in shown) == (2, True), shown
