"""Deployments without an engine: rendered definitions as states, and clusters with statuses as the API server."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.status import MIRRORED, OTHER_NAMES, finished_status, status_dict
from aerofleet.analysis.cell import CellAnalysis, analyse_cell
from aerofleet.analysis.cell_change import fleet_change
from aerofleet.deploy.decision import ReviewedMerge, StackSides
from aerofleet.deploy.gather import by_stack, objects_of
from aerofleet.deploy.judge import CellSides, Judged, judge
from aerofleet.review.build import review_of
from aerofleet.review.model import Side
from aerofleet.settings.source import cells
from aerofleet.units.aerospike_cluster import is_cluster

CELL = "here"
Object = dict[str, Any]


def rolled_out(resource: Mapping[str, Any]) -> Object:
    """A cluster as the API server has it when the operator has finished: the status mirrors the spec as it is."""
    status = status_dict(finished_status(cluster_of(resource)))
    kept = {key: value for key, value in status.items() if key not in {OTHER_NAMES.get(key, key) for key in MIRRORED}}
    mirrored = {OTHER_NAMES.get(key, key): value for key, value in resource["spec"].items()}
    return copy.deepcopy({**resource, "status": {**kept, **mirrored, "phase": "Completed"}})


def analyses(root: Path) -> dict[str, CellAnalysis]:
    return {name: analyse_cell(root, name) for name in cells(root)}


def reviewed(before: Path, after: Path, commit: str, cell: str = CELL) -> ReviewedMerge:
    """What a review says of one commit."""
    change = fleet_change(analyses(before), analyses(after), datetime.date(2026, 12, 1))
    review = review_of(change, Side("base"), Side("head"))
    clusters = {f"{one.namespace}/{one.name}": one.effect for one in review.clusters if one.cell == cell}
    others = {one.object: one.effect for one in review.others if one.cell == cell}
    return ReviewedMerge(commit, clusters, others)


def judged(
    deployed: Path | None,
    head: Path,
    reviews: Sequence[ReviewedMerge] | None,
    as_of: datetime.date,
    server: Sequence[Object] | None = None,
    published: Path | None = None,
    cell: str = CELL,
) -> Judged:
    """Judge the deployment of a whole cell as one stack. ``deployed``: what was sent last; ``server``: the clusters of
    the API server, rolled out without it.
    """
    before = deployed or head
    deployed = deployed if cell in cells(before) else None
    wanted = analyse_cell(head, cell)
    objects = objects_of(wanted)
    applied = by_stack(objects_of(analyse_cell(deployed, cell))).get(cell, {}) if deployed else {}
    there = [rolled_out(one) for one in applied.values() if is_cluster(one)] if server is None else server
    others = fleet_change(
        *({name: one for name, one in analyses(root).items() if name != cell} for root in (before, head)),
        as_of,
    ).cells
    rendered = by_stack(objects)[cell]
    as_published = by_stack(objects_of(analyse_cell(published, cell)))[cell] if published else rendered
    sides = CellSides(
        cell, [StackSides(cell, applied, rendered, as_published)], deployed, wanted, objects, others, there
    )
    return judge(sides, {cell: reviews}, as_of)
