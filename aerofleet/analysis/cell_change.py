"""What a change of the definitions does to the cells of a fleet: the two analyses of each cell, compared."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aerofleet.ako.cluster import Cluster as WrittenCluster
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.analysis.cell import CellAnalysis, analysis_without
from aerofleet.analysis.cell_data import CellData, resolved_clusters
from aerofleet.analysis.change import ChangeAnalysis, ObjectChange, Unplaced, analyse_change
from aerofleet.analysis.fit.unplaced import unplaced_pods
from aerofleet.findings import Effect, Subject
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.left_out import NOTHING, LeftOut, is_stopping, left_out_of

NO_CHANGE = ChangeAnalysis((), ())


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell before and after a change. ``base`` or ``head`` is None where that side has no such cell.

    ``change`` pairs the objects of both sides by kind, namespace and name; it is empty where a side has mistakes that
    concern the whole cell, so that nobody can know what the change does. Mistakes in single clusters or teams leave
    these out of ``base`` and ``head``, and the others are compared. ``full_base`` and ``full_head``: the sides with all
    that each of them can render by itself; ``out_of_base`` and ``out_of_head``: what they can't.
    """

    name: str
    base: CellAnalysis | None
    head: CellAnalysis | None
    change: ChangeAnalysis
    full_base: CellAnalysis | None = None
    full_head: CellAnalysis | None = None
    out_of_base: LeftOut = NOTHING
    out_of_head: LeftOut = NOTHING
    under_way: frozenset[str] = frozenset()

    @property
    def is_known(self) -> bool:
        """Whether each side that has the cell could be rendered."""
        return not any(side and side.rendered is None for side in (self.base, self.head))

    @property
    def left_out(self) -> LeftOut:
        """What is not compared, because one of the sides can't render it."""
        return self.out_of_base | self.out_of_head

    def clusters(self) -> Mapping[str, Cluster]:
        """Return NAMESPACE/NAME of every resource → its resolved cluster: head's, or base's for one that goes."""
        return {
            f"{cluster.namespace}/{cluster.resource_name}": cluster
            for side in (self.base, self.head)
            for cluster in resolved_clusters(side)
        }


@dataclass(frozen=True, slots=True)
class FleetChange:
    """The change of every cell of either side, in the order of their names. ``as_of``: the day of the change."""

    cells: tuple[CellChange, ...]
    as_of: datetime.date


def cell_change(name: str, base: CellAnalysis | None, head: CellAnalysis | None) -> CellChange:
    """Return what becomes of the cell ``name`` on the way from ``base`` to ``head``.

    The operator that acts is the release that head's definitions name; for a cell that goes, the one of base; the
    newest known one where neither can be read, because other code rendered them. A cell
    whose two sides are one and the same analysis is not judged: nothing changes.
    """
    if base is head:
        return CellChange(name, base, head, _unchanged(head), base, head)
    full_base, out_of_base = _as_far_as_known(base, is_base=True)
    full_head, out_of_head = _as_far_as_known(head, is_base=False)
    if out_of_base is None or out_of_head is None:
        return CellChange(name, base, head, NO_CHANGE, full_base, full_head)
    left_out = out_of_base | out_of_head
    if left_out and any(side and side.is_foreign for side in (base, head)):
        return CellChange(name, base, head, NO_CHANGE, full_base, full_head)
    base = full_base if left_out == out_of_base else _without(full_base, left_out)
    head = full_head if left_out == out_of_head else _without(full_head, left_out)
    old, new = (list(side.rendered.objects()) if side and side.rendered else [] for side in (base, head))
    cells = [side.resolution.cell for side in (head, base) if side]
    operator = next((cell.operator.version for cell in cells if cell), OPERATOR)
    known = CellData(*(side.resolution if side else None for side in (base, head)))
    change = analyse_change(old, new, operator, by_name=True, known=known, unplaced=_unplaced(base, head))
    return CellChange(name, base, head, change, full_base, full_head, out_of_base, out_of_head)


def _unplaced(base: CellAnalysis | None, head: CellAnalysis | None) -> Unplaced:
    """Return the question which pods of a cluster find no host in the roll-out."""
    rooms = [side.rooms if side else () for side in (base, head)]

    def of_cluster(name: str, cluster: WrittenCluster) -> frozenset[str]:
        keys = (one.key for one in resolved_clusters(head) if f"{one.namespace}/{one.resource_name}" == name)
        return frozenset(pod for key in keys for pod in unplaced_pods(key, cluster, *rooms))

    return of_cluster


def fleet_change(
    base: Mapping[str, CellAnalysis], head: Mapping[str, CellAnalysis], as_of: datetime.date
) -> FleetChange:
    """Return the change of every cell of either side. ``base`` and ``head``: name of a cell → its analysis."""
    names: Iterable[str] = sorted(base.keys() | head.keys())
    return FleetChange(tuple(cell_change(name, base.get(name), head.get(name)) for name in names), as_of)


def _as_far_as_known(side: CellAnalysis | None, *, is_base: bool) -> tuple[CellAnalysis | None, LeftOut | None]:
    """Return a side with all that it can render, and what is left out of it; None for the latter where it renders
    nothing.

    A base with mistakes was never deployed, so none of its clusters that has one counts as running, not even one that
    could be rendered.
    """
    if side is None or side.rendered is not None:
        return side, NOTHING
    mistakes = [finding for finding in side.resolution.mistakes if is_base or is_stopping(finding)]
    left_out = None if side.is_foreign else left_out_of(side.resolution, mistakes)
    return (side, None) if left_out is None else (analysis_without(side, left_out), left_out)


def _without(side: CellAnalysis | None, left_out: LeftOut) -> CellAnalysis | None:
    return analysis_without(side, left_out) if side else None


def _unchanged(side: CellAnalysis | None) -> ChangeAnalysis:
    subjects = (Subject("cluster", f"{one.namespace}/{one.resource_name}") for one in resolved_clusters(side))
    return ChangeAnalysis(tuple(ObjectChange(subject, Effect.NONE, ()) for subject in subjects), ())
