"""A shallow clone, as CI makes one: what it can answer, and what has to be fetched for the rest."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from aerofleet.cli import main
from aerofleet.trees.git import NoRevisionError, Repository
from tests.fleet.project import SHOP
from tests.trees.repository import commit, git, project

TEAM = "stacks/here/teams/shop.yaml"


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """Commits: first - fork - later (main), and fork - one - two (change)."""
    root = project(SHOP, tmp_path / "origin")
    git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    for name in ("fork", "later"):
        (root / name).touch()
        git(root, "tag", name, commit(root, name))
    git(root, "checkout", "--quiet", "-b", "change", "fork")
    for name in ("one", "two"):
        (root / name).touch()
        git(root, "tag", name, commit(root, name))
    return root


def cloned(origin: Path, *options: str) -> Path:
    """Return a clone without tags; `file://` makes git transfer objects as over a network."""
    git(origin.parent, "clone", "--quiet", "--no-tags", *options, f"file://{origin}", "clone")
    return origin.parent / "clone"


def id_of(origin: Path, tag: str) -> str:
    return git(origin, "rev-parse", tag)


def test_a_whole_clone_has_the_fork(origin: Path) -> None:
    repository = Repository(cloned(origin))
    assert repository.merge_base(id_of(origin, "two"), id_of(origin, "later")) == id_of(origin, "fork")


@pytest.mark.parametrize("depth", ["1", "2"])
def test_a_fork_that_is_cut_off_is_not_taken_for_the_tip(origin: Path, depth: str) -> None:
    repository = Repository(cloned(origin, "--depth", depth, "--no-single-branch"))
    if depth == "2":
        # The fork is known by main, and two commits behind the change.
        assert repository.has(id_of(origin, "fork"))
    with pytest.raises(NoRevisionError, match="git fetch --unshallow origin"):
        repository.merge_base(id_of(origin, "two"), id_of(origin, "later"))


def test_a_shallow_clone_that_reaches_the_fork_is_enough(origin: Path) -> None:
    repository = Repository(cloned(origin, "--depth", "3", "--no-single-branch"))
    assert repository.is_shallow
    assert repository.merge_base(id_of(origin, "two"), id_of(origin, "later")) == id_of(origin, "fork")


def test_an_older_common_commit_is_not_taken_for_the_newest(origin: Path) -> None:
    """Main has merged `one`. The change has it by `two`, whose parents are cut off, and `fork` by another way."""
    git(origin, "checkout", "--quiet", "main")
    git(origin, "merge", "--quiet", "--no-edit", "one")
    merged = git(origin, "rev-parse", "HEAD")
    git(origin, "checkout", "--quiet", "-b", "other", "fork")
    (origin / "other").touch()
    commit(origin)
    git(origin, "merge", "--quiet", "--no-edit", "two")
    tip = git(origin, "rev-parse", "HEAD")
    repository = Repository(cloned(origin))
    assert repository.merge_base(tip, merged) == id_of(origin, "one")
    (repository.root / ".git" / "shallow").write_text(f"{id_of(origin, 'two')}\n")
    assert git(repository.root, "merge-base", tip, merged) == id_of(origin, "fork")
    with pytest.raises(NoRevisionError, match="this clone is shallow"):
        repository.merge_base(tip, merged)


def test_a_commit_without_history_can_be_compared(origin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A deployment has the newest commit, and fetches the one that was deployed before."""
    before = id_of(origin, "fork")
    clone = cloned(origin, "--depth", "1", "--branch", "change")
    arguments = ["stacks", "list", "--changed", "--root", str(clone), "--base", before]
    assert main(arguments) == 2
    printed = capsys.readouterr().err
    assert f"; this clone is shallow: `git fetch --depth=1 origin {before}` fetches it\n" in printed
    subprocess.run(["git", "fetch", "--quiet", "--depth=1", "origin", before], cwd=clone, check=True)
    assert main(arguments) == 0


def test_a_branch_that_is_not_there_is_fetched_as_the_message_says(
    origin: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = cloned(origin, "--depth", "1", "--branch", "change")
    arguments = ["stacks", "list", "--changed", "--root", str(clone), "--base", "origin/main"]
    assert main(arguments) == 2
    command = capsys.readouterr().err.partition("`")[2].partition("`")[0]
    assert command == "git fetch --depth=1 origin +refs/heads/main:refs/remotes/origin/main"
    subprocess.run([*command.split(), "--quiet"], cwd=clone, check=True)
    assert main(arguments) == 0


def test_a_clone_without_the_target_branch_is_not_compared_with_itself(
    origin: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As actions/checkout makes it: one commit, no branch. Compared with itself, no change would have an effect."""
    clone = cloned(origin, "--depth", "1", "--branch", "two")
    git(clone, "remote", "set-branches", "origin", "change")
    assert main(["review", "--root", str(clone)]) == 2
    assert "the branch that the working tree will be merged into is not in this clone" in capsys.readouterr().err
