"""Review the change between two sides, each a git revision or a folder."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aerofleet import __version__
from aerofleet.analysis.cell import CellAnalysis, analyse_cell, rendered_cell
from aerofleet.analysis.cell_change import FleetChange, fleet_change
from aerofleet.fleet.lookup import NoCellError, no_cell
from aerofleet.review.build import review_of
from aerofleet.review.model import Review, Side
from aerofleet.trees.git import NoRevisionError, Repository
from aerofleet.trees.tree import Tree, TreeError, folder_tree, revision_tree

WORKING_TREE = "working tree"
UPSTREAM = ("origin/HEAD", "@{upstream}", "origin/main", "origin/master", "main", "master")
"""Where the changes of a project are merged, in the order in which they are looked for."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What a person asked for. None: the default, which is the working tree for head, and for base the commit at which
    head left the branch that it will be merged into.
    """

    base: str | None = None
    head: str | None = None


def review_sides(root: Path, sides: Sides, as_of: datetime.date) -> Review:
    """Return the review of the change from base to head.

    Raises NoRevisionError, TreeError, GitError, and NoCellError where neither side has a cell.
    """
    with _trees(root, sides) as (base, head):
        change = _change(base, head, as_of)
        if not change.cells:
            raise NoCellError(no_cell(head.folder))
        return review_of(change, _side(base), _side(head))


@contextmanager
def _trees(root: Path, sides: Sides) -> Iterator[tuple[Tree, Tree]]:
    """Yield both sides; the folders of revisions go afterwards."""
    with tempfile.TemporaryDirectory(prefix="aerofleet-review-") as temporary:
        head = _tree(root, sides.head, Path(temporary) / "head")
        base_name = sides.base or _default_base(root, head.commit or "HEAD")
        yield _tree(root, base_name, Path(temporary) / "base"), head


def _tree(root: Path, name: str | None, folder: Path) -> Tree:
    if name is None:
        return folder_tree(WORKING_TREE, root)
    repository = Repository(root)
    is_path = name.startswith((".", "/"))
    if not is_path and repository.has(name):
        folder.mkdir()
        return revision_tree(name, repository, repository.commit_of(name), folder)
    if not Path(name).is_dir():
        raise TreeError(f"'{name}' is neither a revision of the repository of {root.resolve()} nor a folder")
    return folder_tree(name, Path(name))


def _default_base(root: Path, head: str) -> str:
    """Return the commit at which ``head`` left the branch that it will be merged into. Raises NoRevisionError."""
    repository = Repository(root)
    if not repository.has(head):
        raise NoRevisionError(
            f"{root.resolve()} has no commit to compare with: name a revision or a folder with --base"
        )
    commit = repository.commit_of(head)
    known = next((name for name in UPSTREAM if repository.has(name)), None)
    return repository.merge_base(commit, repository.commit_of(known)) if known else commit


def _change(base: Tree, head: Tree, as_of: datetime.date) -> FleetChange:
    """Return the change of every cell. A cell with the same files on both sides is rendered once and not judged."""
    before: dict[str, CellAnalysis] = {}
    after: dict[str, CellAnalysis] = {}
    for name in sorted({*base.cells, *head.cells}):
        if name in base.cells and name in head.cells and base.inputs(name) == head.inputs(name):
            before[name] = after[name] = rendered_cell(head.folder, name)
            continue
        if name in base.cells:
            before[name] = analyse_cell(base.folder, name)
        if name in head.cells:
            after[name] = analyse_cell(head.folder, name)
    return fleet_change(before, after, as_of)


def _side(tree: Tree) -> Side:
    return Side(tree.name, tree.commit, product_version=__version__)
