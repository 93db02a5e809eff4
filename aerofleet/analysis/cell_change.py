"""What a change of the definitions does to the cells of a fleet: the two analyses of each cell, compared."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from aerofleet.ako.compatibility import OPERATOR
from aerofleet.analysis.cell import CellAnalysis
from aerofleet.analysis.change import ChangeAnalysis, ObjectChange, analyse_change
from aerofleet.findings import Effect, Subject
from aerofleet.fleet.cluster import Cluster

NO_CHANGE = ChangeAnalysis((), ())


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell before and after a change. ``base`` or ``head`` is None where that side has no such cell.

    ``change`` pairs the objects of both sides by kind, namespace and name; it is empty where a side has mistakes, so
    that nobody can know what the change does.
    """

    name: str
    base: CellAnalysis | None
    head: CellAnalysis | None
    change: ChangeAnalysis

    @property
    def is_known(self) -> bool:
        """Whether each side that has the cell could be rendered."""
        return not any(side and side.rendered is None for side in (self.base, self.head))

    def clusters(self) -> Mapping[str, Cluster]:
        """Return NAMESPACE/NAME of every resource → its resolved cluster: head's, or base's for one that goes."""
        return {
            f"{cluster.namespace}/{cluster.resource_name}": cluster
            for side in (self.base, self.head)
            for cluster in _resolved(side)
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
    if any(side and side.rendered is None for side in (base, head)):
        return CellChange(name, base, head, NO_CHANGE)
    if base is head:
        return CellChange(name, base, head, _unchanged(head))
    old, new = (list(side.rendered.objects()) if side and side.rendered else [] for side in (base, head))
    cells = [side.resolution.cell for side in (head, base) if side]
    operator = next((cell.operator.version for cell in cells if cell), OPERATOR)
    return CellChange(name, base, head, analyse_change(old, new, operator, by_name=True))


def fleet_change(
    base: Mapping[str, CellAnalysis], head: Mapping[str, CellAnalysis], as_of: datetime.date
) -> FleetChange:
    """Return the change of every cell of either side. ``base`` and ``head``: name of a cell → its analysis."""
    names: Iterable[str] = sorted(base.keys() | head.keys())
    return FleetChange(tuple(cell_change(name, base.get(name), head.get(name)) for name in names), as_of)


def _unchanged(side: CellAnalysis | None) -> ChangeAnalysis:
    subjects = (Subject("cluster", f"{one.namespace}/{one.resource_name}") for one in _resolved(side))
    return ChangeAnalysis(tuple(ObjectChange(subject, Effect.NONE, ()) for subject in subjects), ())


def _resolved(side: CellAnalysis | None) -> Iterator[Cluster]:
    cell = side.resolution.cell if side else None
    return (cluster for cluster in (cell.clusters if cell else ()) if cluster.is_deployed)
