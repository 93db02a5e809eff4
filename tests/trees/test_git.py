"""What is read of a repository, and what a repository or a revision can't do to the reader."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aerofleet.trees.git import GitError, NoRevisionError, Repository
from aerofleet.trees.tree import TreeError, revision_tree
from tests.fleet.project import SHOP
from tests.trees.repository import commit, git, project

CELL = "stacks/here/cell.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(SHOP, tmp_path / "project")


def written(root: Path, to: Path) -> Path:
    """Return the folder with the definitions of the current commit."""
    repository = Repository(root)
    to.mkdir()
    return revision_tree("HEAD", repository, repository.commit_of("HEAD"), to).folder


def with_tree(root: Path, path: str, mode: str, content: bytes) -> None:
    """Commit a file that git's own commands would not write: below a tree made by hand."""
    blob = git(root, "hash-object", "-w", "--stdin", given=content)
    *folders, name = path.split("\0")
    entry = f"{mode} {'commit' if mode == '160000' else 'blob'} {blob}\t{name}"
    for folder in reversed(folders):
        tree = git(root, "mktree", given=f"{entry}\n".encode())
        entry = f"040000 tree {tree}\t{folder}"
    tree = git(root, "mktree", given=f"{entry}\n".encode())
    made = git(root, "commit-tree", "-m", "by hand", tree)
    git(root, "update-ref", "HEAD", made)


def test_the_definitions_of_a_commit_are_its_bytes(root: Path, tmp_path: Path) -> None:
    crlf = (root / CELL).read_bytes() + b"# \r\n\xff"
    (root / CELL).write_bytes(crlf)
    (root / ".gitattributes").write_text("*.yaml text eol=lf\n")
    git(root, "config", "core.autocrlf", "false")
    (root / ".gitattributes").unlink()
    commit(root)
    (root / CELL).write_text("later")
    assert (written(root, tmp_path / "base") / CELL).read_bytes() == crlf


def test_no_filter_of_the_repository_runs(root: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (root / ".gitattributes").write_text("*.yaml filter=evil diff=evil\n")
    commit(root)
    for key in ("filter.evil.smudge", "filter.evil.process", "diff.evil.textconv", "core.fsmonitor", "core.sshCommand"):
        git(root, "config", key, f"touch {ran}; cat")
    hooks = root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "fsmonitor-watchman", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {ran}\n")
        (hooks / name).chmod(0o755)
    folder = written(root, tmp_path / "base")
    Repository(root).changed_files("stacks")
    assert (folder / CELL).read_bytes() == (root / CELL).read_bytes()
    assert not ran.exists()


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../outside", "teams/../../../../../etc"])
def test_a_link_out_of_the_project_is_refused(root: Path, tmp_path: Path, target: str) -> None:
    (root / "stacks" / "here" / "link.yaml").symlink_to(target)
    commit(root)
    with pytest.raises(TreeError, match=r"link\.yaml is a link to"):
        written(root, tmp_path / "base")


def test_a_link_within_the_project_is_followed(root: Path, tmp_path: Path) -> None:
    (root / "stacks" / "again").symlink_to("here")
    commit(root)
    assert (written(root, tmp_path / "base") / "stacks" / "again" / "cell.yaml").is_file()


def test_a_file_is_not_written_through_a_link(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    with_tree(root, "stacks\0..\0x.yaml", "100644", b"x")
    with pytest.raises((TreeError, GitError)):
        written(root, tmp_path / "base")
    assert not list(outside.iterdir())


def test_a_submodule_is_refused(root: Path, tmp_path: Path) -> None:
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{git(root, 'rev-parse', 'HEAD')},stacks/other")
    git(root, "commit", "--quiet", "--message", "a submodule")
    with pytest.raises(TreeError, match="stacks/other is a submodule"):
        written(root, tmp_path / "base")


def test_a_large_file_is_refused(root: Path, tmp_path: Path) -> None:
    with (root / "stacks" / "here" / "large.yaml").open("wb") as file:
        file.truncate(6_000_000)
    commit(root)
    with pytest.raises(TreeError, match=r"large\.yaml has 6,000,000 bytes"):
        written(root, tmp_path / "base")


@pytest.mark.parametrize("revision", ["--help", "-h", "nowhere", "HEAD:stacks", "", "HEAD^{tree}", "a..b"])
def test_only_a_commit_is_a_revision(root: Path, revision: str) -> None:
    with pytest.raises(NoRevisionError):
        Repository(root).commit_of(revision)


def test_a_project_below_the_top_of_its_repository(root: Path, tmp_path: Path) -> None:
    top = tmp_path / "top"
    project(SHOP, top / "infra" / "aerospike")
    (top / "infra" / "aerospike" / ".git").rename(top / ".git")
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message", "moved")
    assert (written(top / "infra" / "aerospike", tmp_path / "base") / CELL).is_file()
    repository = Repository(top / "infra" / "aerospike")
    assert not repository.entries(git(top, "rev-parse", "HEAD~1"), "stacks")


def test_the_index_of_a_hook_is_left_alone(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_INDEX_FILE", os.fspath(tmp_path / "index"))
    assert (written(root, tmp_path / "base") / CELL).is_file()
    assert not (tmp_path / "index").exists()
