"""The two sides that a person names, each a git revision or a folder, and the code of each."""

from __future__ import annotations

from pathlib import Path

from aerofleet.settings.source import STACKS
from aerofleet.trees.code import Code, algorithm_of, code_of_folder, code_of_revision
from aerofleet.trees.git import NoRevisionError, Repository
from aerofleet.trees.tree import Tree, TreeError, folder_tree, revision_tree

WORKING_TREE = "working tree"
UPSTREAM = ("origin/HEAD", "@{upstream}", "origin/main", "origin/master", "main", "master")
"""Where the changes of a project are merged, in the order in which they are looked for."""
WAY_OUT = "name a revision or a folder with --base"


def named_sides(root: Path, base: str | None, head: str | None, folder: Path) -> tuple[Tree, Tree]:
    """Return base and head; revisions are written below the empty ``folder``.

    ``head``: None for the working tree. ``base``: None for the commit at which head left the branch that it will be
    merged into. Raises NoRevisionError, TreeError and GitError.
    """
    after = _tree(root, head, folder / "head")
    return _tree(root, base or _default_base(root, head, after.commit or "HEAD"), folder / "base"), after


def codes_of(base: Tree, head: Tree) -> tuple[Code, Code]:
    """Return the code of both sides, with ids of one kind."""
    algorithm = algorithm_of(base.commit or head.commit)
    return _code(base, algorithm), _code(head, algorithm)


def _code(tree: Tree, algorithm: str) -> Code:
    if tree.repository:
        return code_of_revision(tree.repository, tree.commit)
    return code_of_folder(tree.folder, algorithm)


def _tree(root: Path, name: str | None, folder: Path) -> Tree:
    if name is None:
        return folder_tree(WORKING_TREE, root)
    repository = Repository(root)
    is_path = name.startswith((".", "/"))
    if not is_path and repository.has(name):
        folder.mkdir()
        return revision_tree(name, repository, repository.commit_of(name), folder)
    if not Path(name).is_dir():
        fetch = repository.fetch_hint(name)
        raise TreeError(f"'{name}' is neither a revision of the repository of {root.resolve()} nor a folder{fetch}")
    if not (Path(name) / STACKS).is_dir():
        raise TreeError(f"the folder '{name}' is no project: it has no {STACKS}/")
    return folder_tree(name, Path(name))


def _default_base(root: Path, name: str | None, head: str) -> str:
    """Return the commit at which ``head`` left the branch that it will be merged into. Raises NoRevisionError.

    ``name``: what the person called it; None for the working tree, which is compared with its own commit where no
    branch is known.
    """
    repository = Repository(root)
    if not repository.has(head):
        raise NoRevisionError(f"{root.resolve()} has no commit to compare with: {WAY_OUT}")
    commit = repository.commit_of(head)
    known = next((branch for branch in UPSTREAM if repository.has(branch)), None)
    if known:
        return repository.merge_base(commit, repository.commit_of(known))
    if name is not None or repository.is_shallow:
        # A commit compared with itself would have no effect, whatever it changes.
        raise NoRevisionError(
            f"the branch that {name or 'the working tree'} will be merged into is not in this clone: {WAY_OUT}"
        )
    return commit
