"""The reviews of the commits of the main branch since a deployment, computed anew from the definitions."""

from __future__ import annotations

import datetime
from pathlib import Path

from aerofleet.analysis.cell import analyse_cell
from aerofleet.analysis.cell_change import fleet_change
from aerofleet.deploy.decision import ReviewedMerge
from aerofleet.findings.stop import FailureError
from aerofleet.review.build import review_of
from aerofleet.review.model import Review, Side
from aerofleet.trees.code import CODE
from aerofleet.trees.compare import Request, review_sides
from aerofleet.trees.git import GitError, Repository
from aerofleet.trees.tree import DEFINITIONS


class NotAfterError(FailureError):
    """The commit is not one that follows what is deployed."""


def reviews_since(root: Path, deployed: str, commit: str, cell: str, as_of: datetime.date) -> list[ReviewedMerge]:
    """Return the review of each commit after ``deployed`` up to ``commit``, the oldest first: of a merge, what it
    brings to the main branch. Commits that change neither definitions nor code have none.

    Raises NotAfterError where ``commit`` does not follow ``deployed``, GitError, NoRevisionError.
    """
    merges = commits_since(Repository(root), deployed, commit)
    return [_reviewed(review_sides(root, Request(f"{one}^1", one), as_of), one, cell) for one in merges]


def review_of_all(definitions: Path, commit: str, cell: str, as_of: datetime.date) -> ReviewedMerge:
    """Return the review of a commit that is the first of a cell: every object is new. ``definitions``: its folder."""
    change = fleet_change({}, {cell: analyse_cell(definitions, cell)}, as_of)
    return _reviewed(review_of(change, Side("nothing"), Side(commit)), commit, cell)


def commits_since(repository: Repository, deployed: str, commit: str) -> list[str]:
    """Return the commits of the main branch after ``deployed`` that change definitions or code, the oldest first."""
    require_after(repository, deployed, commit)
    listed = ("rev-list", "--first-parent", "--reverse", f"{deployed}..{commit}", "--", *DEFINITIONS, *CODE)
    done = repository.run(*listed)
    if done.returncode:
        raise GitError(f"the commits since {deployed[:12]} can't be listed: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode().split()


def require_after(repository: Repository, deployed: str, commit: str) -> None:
    """Raise NotAfterError unless ``commit`` is ``deployed``, or follows it."""
    if not repository.has(deployed):
        raise NotAfterError(
            f"the stack was deployed last from commit {deployed[:12]}, which this clone does not have: fetch the whole"
            f" history of the main branch{repository.fetch_hint(deployed)}"
        )
    if repository.run("merge-base", "--is-ancestor", deployed, commit).returncode:
        raise NotAfterError(
            f"the stack was deployed last from commit {deployed[:12]}, and {commit[:12]} does not follow it: to go"
            " back, revert the change on the main branch, and deploy that"
        )


def _reviewed(review: Review, commit: str, cell: str) -> ReviewedMerge:
    clusters = {f"{one.namespace}/{one.name}": one.effect for one in review.clusters if one.cell == cell}
    others = {one.object: one.effect for one in review.others if one.cell == cell}
    return ReviewedMerge(commit, clusters, others)
