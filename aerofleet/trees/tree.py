"""The definitions of one side of a review: those of a git revision, written into a folder, or a folder as it is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from aerofleet.files.project_files import Files
from aerofleet.findings.stop import MistakeError
from aerofleet.load.file import MAX_BYTES
from aerofleet.settings.source import STACKS, cells, pinned_folders
from aerofleet.trees.git import FILE, LINK, Entry, Repository

DEFINITIONS = (str(STACKS), "templates")
MAX_FILES = 200_000
MAX_TOTAL_BYTES = 1_000_000_000
"""Of the definitions of one revision: more than any fleet, less than what would fill a machine."""


class TreeError(MistakeError):
    """The definitions of a side can't be taken as data."""


@dataclass(frozen=True, slots=True)
class Tree:
    """One side's project. ``name``: what the person asked for; ``commit``: empty for a folder. ``folder``: has its
    definitions; for a folder as a side, its code too.
    """

    name: str
    commit: str
    folder: Path
    repository: Repository | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the names of its cells."""
        return cells(self.folder)

    def inputs(self, cell: str) -> dict[str, bytes]:
        """Return name → bytes of every file that the cell's rendering can read."""
        folders = ("templates", f"{STACKS}/{cell}", *pinned_folders(Files(self.folder), cell))
        return {name: path.read_bytes() for folder in folders for name, path in _files(self.folder, folder)}

    def stack_files(self) -> dict[str, bytes]:
        """Return stack → bytes of its own file of settings; one that git ignores is of the machine, not of a side."""
        folder = self.folder / STACKS
        texts = {path.name[7:-5]: path.read_bytes() for path in sorted(folder.glob("Pulumi.?*.yaml")) if path.is_file()}
        if self.repository or not texts:
            return texts
        ignored = Repository(self.folder).ignored(list(map(stack_file, texts)))
        return {stack: text for stack, text in texts.items() if stack_file(stack) not in ignored}

    def texts(self, *names: str) -> dict[str, bytes]:
        """Return name → bytes of the files of the project that are there, of code too."""
        if self.repository is None:
            paths = {name: self.folder / name for name in names}
            return {name: path.read_bytes() for name, path in paths.items() if path.is_file()}
        entries = [entry for entry in self.repository.entries(self.commit, *names) if entry.mode in FILE]
        return dict(zip((entry.path for entry in entries), self.repository.contents(entries), strict=True))

    def code_folder(self, package: str, folder: Path) -> Path:
        """Return a folder with the code of a package; that of a revision is written below the empty ``folder``."""
        if self.repository is None:
            return self.folder
        _write(self.repository, self.repository.entries(self.commit, package), folder)
        return folder


def stack_file(stack: str) -> str:
    """Return the name of the engine's file of settings of a stack."""
    return f"{STACKS}/Pulumi.{stack}.yaml"


def changed_stack_files(base: Tree, head: Tree) -> dict[str, str]:
    """Return stack → the name of its own file of settings, where base and head have different ones."""
    before, after = base.stack_files(), head.stack_files()
    return {stack: stack_file(stack) for stack in sorted({*before, *after}) if before.get(stack) != after.get(stack)}


def folder_tree(name: str, folder: Path) -> Tree:
    """Return a folder as a side. Raises TreeError where there is no folder, or a link leads out of it."""
    if not folder.is_dir():
        raise TreeError(f"there is no folder {folder}")
    _refuse_links_out(folder, (path for name in DEFINITIONS for path in (folder / name).rglob("*")))
    return Tree(name, "", folder)


def revision_tree(name: str, repository: Repository, commit: str, folder: Path) -> Tree:
    """Write the definitions of a commit below the empty ``folder``, and return them as a side. Raises TreeError."""
    _write(repository, repository.entries(commit, *DEFINITIONS), folder)
    files = Files(folder)
    pinned = dict.fromkeys(one for cell in cells(folder) for one in pinned_folders(files, cell))
    outside = [one for one in pinned if not one.startswith(tuple(f"{known}/" for known in DEFINITIONS))]
    if outside:
        _write(repository, [one for one in repository.entries(commit, *outside) if one.path.endswith(".yaml")], folder)
    return Tree(name, commit, folder, repository)


def _write(repository: Repository, entries: list[Entry], folder: Path) -> None:
    """Write files and links. Links come last, so that no file is written through one."""
    _refuse_too_much(entries)
    files = [entry for entry in entries if entry.mode in FILE]
    links = [entry for entry in entries if entry.mode == LINK]
    for entry, content in zip(files, repository.contents(files), strict=True):
        path = _place(folder, entry)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
    made = []
    for entry, target in zip(links, repository.contents(links), strict=True):
        path = _place(folder, entry)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(os.fsdecode(target))
        made.append(path)
    _refuse_links_out(folder, made)


def _place(folder: Path, entry: Entry) -> Path:
    """Return where an entry is written. Git refuses such names itself; a repository made by hand may have them."""
    path = PurePosixPath(entry.path)
    if path.is_absolute() or ".." in path.parts or "\0" in entry.path or ".git" in map(str.lower, path.parts):
        raise TreeError(f"the revision has a file with the name {entry.path!r}, which leads out of its tree")
    return folder / path


def _refuse_too_much(entries: list[Entry]) -> None:
    large = next((entry for entry in entries if entry.size > MAX_BYTES), None)
    if large:
        raise TreeError(
            f"{large.path} has {large.size:,} bytes, and a file of a project has at most {MAX_BYTES:,}: split it"
        )
    total = sum(entry.size for entry in entries)
    if len(entries) > MAX_FILES or total > MAX_TOTAL_BYTES:
        raise TreeError(
            f"the revision has {len(entries):,} files with {total:,} bytes; at most {MAX_FILES:,} files with"
            f" {MAX_TOTAL_BYTES:,} bytes are read"
        )
    other = next((entry for entry in entries if entry.mode not in (*FILE, LINK)), None)
    if other:
        raise TreeError(f"{other.path} is a submodule; definitions and code have to be files of the project itself")


def _refuse_links_out(folder: Path, paths: Iterable[Path]) -> None:
    root = folder.resolve()
    for path in paths:
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            name = path.relative_to(folder)
            raise TreeError(f"{name} is a link to {path.readlink()}, out of the project: a review reads no such file")


def _files(root: Path, folder: str) -> Iterator[tuple[str, Path]]:
    """Yield (name, path) of every file in a folder, in the order of the names."""
    for path in sorted((root / folder).rglob("*")):
        if path.is_file():
            yield path.relative_to(root).as_posix(), path
