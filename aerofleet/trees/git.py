"""Read commits and files of a git repository with git's plumbing. Nothing is checked out: no code of a revision runs.

`cat-file` writes the bytes as they are stored: no filter, no text conversion, no line ends. No protocol is allowed but
in `fetch`, so a partial clone fetches nothing. A revision is input: it is never read as an option.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aerofleet.findings.stop import FailureError, MistakeError

SAFE = (
    *("-c", "protocol.allow=never"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
)
ENVIRONMENT = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
NO_VARIABLES: Mapping[str, str] = {}
FETCHED_BY = ("https", "http", "ssh", "file")
"""Protocols of a fetch. Others run a program that the address names."""
FILE = ("100644", "100755", "100664")
LINK = "120000"
REMOTE_BRANCH = re.compile(r"origin/([A-Za-z0-9][A-Za-z0-9._/-]*)")
COMMIT_ID = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
SECONDS = 120
"""Longest time of one git command."""


class GitError(FailureError):
    """Git can't be run, or can't read its own objects."""


class NoRevisionError(MistakeError):
    """The repository has no such commit, or the folder is in no repository."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a commit. ``mode``: six octal digits; ``id``: of its blob; ``size`` in bytes, 0 for a submodule."""

    path: str
    mode: str
    id: str
    size: int


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository of a project. ``root``: the project's folder, which may be below the top of the repository."""

    root: Path

    def commit_of(self, revision: str) -> str:
        """Return the id of a commit. Raises NoRevisionError."""
        # `--end-of-options` ends the options, `^{commit}` refuses everything but a commit.
        done = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if done.returncode:
            fetch = self.fetch_hint(revision)
            raise NoRevisionError(f"there is no revision {revision!r} in the repository of {self.root}{fetch}")
        return done.stdout.decode().strip()

    def has(self, revision: str) -> bool:
        """Return whether the repository has this revision; False outside a repository."""
        try:
            return bool(self.commit_of(revision))
        except (NoRevisionError, GitError):
            return False

    def merge_base(self, one: str, other: str) -> str:
        """Return the newest common commit of two commits; ``other`` itself where they have none.

        Raises NoRevisionError where the clone is shallow and lacks commits between the two: a commit that looks newest
        there may be another one than in the whole history.
        """
        done = self.run("merge-base", one, other)
        known = done.stdout.decode().split()[0] if done.returncode == 0 and done.stdout.strip() else ""
        if self.is_shallow and not self._has_all_since(known, one, other):
            raise NoRevisionError(
                f"this clone is shallow, and the commit at which {one[:12]} left {other[:12]} is not in it:"
                " `git fetch --unshallow origin` fetches all (actions/checkout: `fetch-depth: 0`; GitLab:"
                ' `GIT_DEPTH: "0"`), or name that commit with --base and fetch it with'
                " `git fetch --depth=1 origin COMMIT`"
            )
        return known or other

    def _has_all_since(self, known: str, one: str, other: str) -> bool:
        """Return whether no history is cut off between ``known`` (empty: the first commit) and two commits."""
        cut = set(Path(self._text("rev-parse", "--path-format=absolute", "--git-path", "shallow")).read_text().split())
        done = self.run("rev-list", one, other, *((f"^{known}",) if known else ()))
        return done.returncode == 0 and cut.isdisjoint(done.stdout.decode().split())

    @property
    def is_shallow(self) -> bool:
        """Return whether the clone lacks old commits; False outside a repository."""
        done = self.run("rev-parse", "--is-shallow-repository")
        return done.returncode == 0 and done.stdout.strip() == b"true"

    def fetch_hint(self, revision: str) -> str:
        """Return how a shallow clone gets a revision that it lacks; empty for a whole clone."""
        if not self.is_shallow:
            return ""
        branch = REMOTE_BRANCH.fullmatch(revision)
        if branch:
            fetch = f"git fetch --depth=1 origin +refs/heads/{branch[1]}:refs/remotes/origin/{branch[1]}"
        elif COMMIT_ID.fullmatch(revision):
            fetch = f"git fetch --depth=1 origin {revision}"
        else:
            fetch = "git fetch --unshallow origin"
        return f"; this clone is shallow: `{fetch}` fetches it"

    def entries(self, commit: str, *paths: str) -> list[Entry]:
        """Return the files of a commit below the project's folder, only those in ``paths`` if any is named. A project
        that the commit does not have is empty.
        """
        prefix = self._text("rev-parse", "--show-prefix")
        tree = f"{commit}:{prefix.rstrip('/')}" if prefix else f"{commit}^{{tree}}"
        if prefix and self.run("cat-file", "-e", tree).returncode:
            return []
        done = self.run("--literal-pathspecs", "ls-tree", "-r", "-l", "-z", "--full-tree", tree, "--", *paths)
        if done.returncode:
            raise GitError(f"commit {commit} can't be read: {done.stderr.decode(errors='replace').strip()}")
        return [_entry(line) for line in done.stdout.split(b"\0") if line]

    def contents(self, entries: Sequence[Entry]) -> Iterator[bytes]:
        """Yield the bytes of each file, in the order of ``entries``. Raises GitError."""
        if not entries:
            return
        wanted = "".join(f"{entry.id}\n" for entry in entries).encode()
        done = self.run("cat-file", "--batch", "--buffer", given=wanted)
        answer, at = memoryview(done.stdout), 0
        for entry in entries:
            end = done.stdout.find(b"\n", at)
            head = done.stdout[at:end].decode(errors="replace").split()
            if done.returncode or end < 0 or head[1:] != ["blob", str(entry.size)]:
                raise GitError(f"{entry.path}: git can't read its content: {' '.join(head) or 'no answer'}")
            yield bytes(answer[end + 1 : end + 1 + entry.size])
            at = end + 1 + entry.size + 1

    def fetch(self, refs: Sequence[str], variables: Mapping[str, str]) -> None:
        """Fetch commits from the remote `origin` as objects: no branch, tag or file of the project changes.

        ``variables``: added to the environment, for signing in. Raises GitError.
        """
        allowed = (part for name in FETCHED_BY for part in ("-c", f"protocol.{name}.allow=always"))
        quiet = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance", "--no-write-fetch-head")
        command = (*allowed, "fetch", *quiet, "--refmap=", "--end-of-options")
        done = self.run(*command, "origin", *refs, variables=variables)
        if done.returncode:
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            raise GitError(f"{' '.join(refs)} can't be fetched from origin: {lines[-1] if lines else 'no reason'}")

    def changed_files(self, *paths: str) -> list[str]:
        """Return the names of files in ``paths`` that the working tree does not have as the current commit does, new
        ones among them.
        """
        status = ("status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=all")
        done = self.run(*status, "--", *paths)
        if done.returncode:
            raise GitError(f"the working tree can't be read: {done.stderr.decode(errors='replace').strip()}")
        return [os.fsdecode(line[3:]) for line in done.stdout.split(b"\0") if line]

    def ignored(self, names: Sequence[str]) -> frozenset[str]:
        """Return the names of those files that git ignores: none outside a repository, or without git."""
        given = "".join(f"{name}\0" for name in names).encode()
        try:
            done = self.run("check-ignore", "-z", "--stdin", given=given)
        except GitError:
            return frozenset()
        return frozenset(os.fsdecode(name) for name in done.stdout.split(b"\0") if name)

    def run(
        self, *arguments: str, given: bytes = b"", variables: Mapping[str, str] = NO_VARIABLES
    ) -> subprocess.CompletedProcess[bytes]:
        """Return the finished command. Raises GitError where there is no git, and for one that takes too long."""
        command = ["git", *SAFE, *arguments]
        environment = {**os.environ, **ENVIRONMENT, **variables}
        try:
            return subprocess.run(
                command, cwd=self.root, env=environment, input=given, capture_output=True, check=False, timeout=SECONDS
            )
        except FileNotFoundError as error:
            missing = f"there is no folder {self.root}" if not self.root.is_dir() else "there is no `git` on PATH"
            raise GitError(f"{missing}, so no revision can be read") from error
        except NotADirectoryError as error:
            raise GitError(f"{self.root} is no folder, so no revision can be read") from error
        except subprocess.TimeoutExpired as error:
            raise GitError(f"`git {arguments[0]}` took longer than {SECONDS} seconds") from error

    def _text(self, *arguments: str) -> str:
        done = self.run(*arguments)
        if done.returncode:
            raise NoRevisionError(f"{self.root} is in no git repository: name two folders with --base and --head")
        return done.stdout.decode().removesuffix("\n")


def _entry(line: bytes) -> Entry:
    facts, _, path = line.partition(b"\t")
    mode, _, name, size = facts.decode().split()
    return Entry(os.fsdecode(path), mode, name, int(size) if size.isdecimal() else 0)


def committed_text(root: Path, path: Path) -> str | None:
    """Return a file's text as the current commit has it: empty where no commit up to it ever had the file; None where
    there is no commit, or only an earlier one has the file.

    ``path`` is below ``root``.
    """
    repository = Repository(root)
    try:
        done = repository.run("show", f"HEAD:./{path.as_posix()}")
        if not done.returncode:
            return done.stdout.decode(errors="replace")
        commits = repository.run("rev-list", "-1", "HEAD", "--", f"./{path.as_posix()}")
    except GitError:
        return None
    return None if commits.returncode or commits.stdout.strip() else ""
