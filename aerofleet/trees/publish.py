"""Publish the rendering of a commit: a review of a later change takes it instead of rendering that side again."""

from __future__ import annotations

from pathlib import Path

from aerofleet import __version__
from aerofleet.analysis.cell import rendered_cell
from aerofleet.findings.stop import MistakeError
from aerofleet.fleet.lookup import all_cells
from aerofleet.fleet.stack_name import stack_names
from aerofleet.manifests.stack_objects import stack_objects
from aerofleet.trees.code import CODE
from aerofleet.trees.git import Repository
from aerofleet.trees.own_code import StackObjects
from aerofleet.trees.published import as_published
from aerofleet.trees.tree import DEFINITIONS
from aerofleet.units.names_in_text import shortened

HEAD = "HEAD"


class UncommittedError(MistakeError):
    """The working tree is not what its commit has, so its rendering is not that of the commit."""


def committed(repository: Repository) -> str:
    """Return the current commit, which has the definitions and the code of the working tree. Raises NoRevisionError,
    UncommittedError.
    """
    commit = repository.commit_of(HEAD)
    changed = repository.changed_files(*DEFINITIONS, *CODE)
    if changed:
        raise UncommittedError(
            f"{shortened(changed, 3)}: not as commit {commit[:12]} has it, and a published rendering is that of a "
            "commit: commit first"
        )
    return commit


def published_rendering(root: Path) -> str:
    """Return the rendering of every cell, with the current commit. A cell with mistakes is in it with their text.

    Raises NoRevisionError, UncommittedError, NoCellError.
    """
    commit = committed(Repository(root))
    cells: dict[str, StackObjects] = {}
    failed: dict[str, str] = {}
    for name in all_cells(root):
        analysis = rendered_cell(root, name)
        if analysis.rendered is None or analysis.resolution.cell is None:
            mistakes = (finding for finding in analysis.findings if finding.severity == "error")
            failed[name] = "\n".join(f"{one.location}: {one.path}: {one.message}" for one in mistakes)
        else:
            platform = str(stack_names(analysis.resolution.cell)[0])
            cells[name] = tuple(stack_objects(analysis.rendered, platform))
    return as_published(commit, __version__, cells, failed)
