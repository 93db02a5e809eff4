"""Gather what the judgement of a cell needs: states, the API server, definitions, and the published rendering."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aerofleet.analysis.cell import CellAnalysis, analyse_cell, rendered_cell
from aerofleet.analysis.cell_change import CellChange, fleet_change
from aerofleet.deploy.decision import ReviewedMerge, StackSides
from aerofleet.deploy.judge import CellSides, Reviews
from aerofleet.deploy.record import Record
from aerofleet.deploy.reviews import require_after, review_of_all, reviews_since
from aerofleet.deploy.state import applied_objects, digest_of_objects
from aerofleet.engine.prepare import refuse_errors
from aerofleet.findings.stop import FailureError
from aerofleet.fleet.stack_name import stack_names
from aerofleet.live.cluster_api import ClusterApi
from aerofleet.live.wait import CLUSTER, PODS
from aerofleet.manifests.stack_objects import StackObject, stack_objects
from aerofleet.review.differences import differences
from aerofleet.trees.git import Repository
from aerofleet.trees.published import Published
from aerofleet.trees.sides import by_running_code
from aerofleet.trees.tree import folder_tree, revision_tree
from aerofleet.units.field_path import dotted
from aerofleet.units.object_identity import Key, key_of, label_of
from aerofleet.units.same_value import is_same

Object = Mapping[str, Any]


class UnknownDeploymentError(FailureError):
    """What a stack has can't be traced to a commit; the text says how to name one."""


@dataclass(frozen=True, slots=True)
class Project:
    """A clean clone. ``commit``: the one that is deployed; ``published``: its rendering from the main branch;
    ``temporary``: a folder for the definitions of other commits.
    """

    root: Path
    commit: str
    published: Published
    temporary: Path

    @property
    def repository(self) -> Repository:
        return Repository(self.root)

    def definitions(self, commit: str) -> Path:
        """Return a folder with the definitions of a commit."""
        folder = self.temporary / commit
        if not folder.is_dir():
            folder.mkdir()
            revision_tree(commit, self.repository, commit, folder)
        return folder


def stack_sides(
    project: Project, head: CellAnalysis, stacks: Sequence[str], states: Mapping[str, Mapping[str, Any]]
) -> list[StackSides]:
    """Return the objects of each stack: as sent last, as rendered here, and as published."""
    name = name_of(head)
    if reason := project.published.failed.get(name):
        raise FailureError(f"the main branch could not render cell {name} of this commit: {reason}")
    rendered, published = by_stack(objects_of(head)), by_stack(project.published.cells.get(name, ()))
    held = nodes_in_maintenance(head)
    sides = []
    for stack in stacks:
        applied = applied_objects(states[stack])
        # The engine sends nothing to a node in maintenance.
        kept = {key: applied.get(key, made) if key in held else made for key, made in rendered.get(stack, {}).items()}
        given = {key: kept.get(key, made) if key in held else made for key, made in published.get(stack, {}).items()}
        sides.append(StackSides(stack, applied, kept, given))
    return sides


def name_of(cell: CellAnalysis) -> str:
    """Return the name of a cell without mistakes."""
    assert cell.resolution.cell  # noqa: S101
    return cell.resolution.cell.name


def objects_of(cell: CellAnalysis) -> list[StackObject]:
    """Return (stack, object) of a cell. Raises MistakeError for definitions with mistakes."""
    refuse_errors(cell.findings)
    assert cell.rendered and cell.resolution.cell  # noqa: S101 - else there are mistakes
    return list(stack_objects(cell.rendered, str(stack_names(cell.resolution.cell)[0])))


def by_stack(objects: Iterable[StackObject]) -> dict[str, dict[Key, Object]]:
    """Return stack → its objects by identity."""
    stacks: dict[str, dict[Key, Object]] = {}
    for stack, made in objects:
        stacks.setdefault(stack, {})[key_of(made)] = made
    return stacks


def nodes_in_maintenance(cell: CellAnalysis) -> frozenset[Key]:
    """Return the identities of the nodes that are sent nothing."""
    pools = cell.rendered.platform.pools if cell.rendered else ()
    patches = ((pool, node) for pool in pools for node in pool.node_patches)
    return frozenset(key_of(node) for pool, node in patches if node["metadata"]["name"] in pool.in_maintenance)


def cell_sides(
    project: Project, head: CellAnalysis, stacks: Sequence[StackSides], records: Mapping[str, Record], api: ClusterApi
) -> CellSides:
    """Return everything that the judgement of a cell needs. ``records``: of all stacks of the cell."""
    base = oldest(project.repository, baselines(records, project.commit).values())
    server = (*api.list(*CLUSTER)[0], *api.list("v1", "Pod", PODS)[0])
    folder = project.definitions(base) if base else None
    name = name_of(head)
    return CellSides(name, stacks, folder, head, objects_of(head), other_cells(project, name), server)


def baselines(records: Mapping[str, Record], commit: str) -> dict[str, str]:
    """Return stack → the commit from which its reviews count: the last completed one. Where none was ever completed,
    the first that was begun: it may have sent everything, and its own review is of new objects only. A stack that never
    had another commit than ``commit`` has none: everything is new.
    """
    commits = {}
    for stack, record in records.items():
        begun = record.history[-1] if record.history else record.open
        baseline = record.completed or begun
        if baseline and (record.completed or baseline.commit != commit):
            commits[stack] = baseline.commit
    return commits


def oldest(repository: Repository, commits: Iterable[str]) -> str:
    """Return the commit from which the others follow; empty for none."""
    found = ""
    for commit in dict.fromkeys(commits):
        is_before = found and repository.run("merge-base", "--is-ancestor", commit, found).returncode == 0
        found = commit if is_before or not found else found
    return found


def other_cells(project: Project, name: str) -> tuple[CellChange, ...]:
    """Return what the commit itself changes in the other cells: some rules look at them."""
    parent = f"{project.commit}^1"
    if not project.repository.has(parent):
        return ()
    before = project.definitions(project.repository.commit_of(parent))
    base, head = by_running_code(folder_tree(parent, before), folder_tree(project.commit, project.root))
    others = [{cell: one for cell, one in side.cells.items() if cell != name} for side in (base, head)]
    return fleet_change(others[0], others[1], datetime.date.min).cells


def reviews_of(
    project: Project, cell: str, stacks: Sequence[str], records: Mapping[str, Record], as_of: datetime.date
) -> Reviews:
    """Return the reviews since the baseline of each stack. Raises NotAfterError, also for a commit
    before one that a deployment has begun to send: it would take back what that one may have done.
    """
    for stack in stacks:
        if begun := records[stack].open:
            require_after(project.repository, begun.commit, project.commit)
    commits = baselines({stack: records[stack] for stack in stacks}, project.commit)
    known = {
        commit: reviews_since(project.root, commit, project.commit, cell, as_of)
        for commit in dict.fromkeys(commits.values())
    }
    reviews: dict[str, Sequence[ReviewedMerge] | None] = dict.fromkeys(stacks)
    for stack, commit in commits.items():
        is_completed = records[stack].completed is not None
        first = () if is_completed else (review_of_all(project.definitions(commit), commit, cell, as_of),)
        reviews[stack] = [*first, *known[commit]]
    return reviews


def require_known(sides: StackSides, record: Record) -> None:
    """Raise UnknownDeploymentError where the stack has something that no deployment of the record has sent."""
    if record.open is not None or (record.completed is None and not sides.applied):
        return
    way_out = (
        "name the commit that is deployed with --deployed REV: it is believed only if its rendering is exactly what the"
        " stack has"
    )
    if record.completed is None:
        raise UnknownDeploymentError(f"stack {sides.stack} was never deployed with `aerofleet deploy`: {way_out}")
    if digest_of_objects(sides.applied) != record.completed.digest:
        raise UnknownDeploymentError(
            f"stack {sides.stack} has something else than its last deployment (commit"
            f" {record.completed.commit[:12]}, {record.completed.ended}) has sent: somebody ran `pulumi up`. {way_out}"
        )


def require_deployed(project: Project, sides: StackSides, cell: str, commit: str) -> None:
    """Raise UnknownDeploymentError unless the rendering of ``commit`` is what the stack has."""
    before = rendered_cell(project.definitions(commit), cell)
    rendered = by_stack(objects_of(before)).get(sides.stack, {})
    held = nodes_in_maintenance(before)
    for key in dict.fromkeys((*rendered, *sides.applied)):
        wanted, there = rendered.get(key), sides.applied.get(key)
        if key in held or is_same(wanted, there):
            continue
        first = next(differences(wanted or {}, there or {}))
        raise UnknownDeploymentError(
            f"--deployed {commit[:12]}: stack {sides.stack} has another {label_of(wanted or there or {})} than this"
            f" commit renders ({dotted(first.path)}: {first.old!r} there, {first.new!r} in the stack)"
        )


def head_of(project: Project, cell: str) -> CellAnalysis:
    """Return the cell of the clone, without mistakes. Raises MistakeError."""
    head = analyse_cell(project.root, cell)
    refuse_errors(head.findings)
    return head
