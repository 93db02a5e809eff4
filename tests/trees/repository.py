"""Git repositories for tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.fleet.project import copy_of

AUTHOR = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(root: Path, *arguments: str, given: bytes = b"") -> str:
    """Return what git prints."""
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", *arguments],
        cwd=root,
        env={**os.environ, **AUTHOR},
        input=given,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


def commit(root: Path, message: str = "a commit") -> str:
    """Commit everything; return the id of the commit."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(root, "rev-parse", "HEAD")


def project(source: Path, to: Path) -> Path:
    """Return a repository with a copy of the definitions, all committed."""
    copy_of(source, to)
    git(to, "init", "--quiet")
    commit(to)
    return to


def edit(root: Path, file: str, old: str, new: str) -> None:
    """Replace a text that is in the file at least once."""
    path = root / file
    text = path.read_text()
    assert old in text, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new))
