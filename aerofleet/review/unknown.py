"""What of a change can't be judged, because a side of a cell, or of some of its clusters, can't be rendered."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.analysis.cell import CellAnalysis
from aerofleet.analysis.cell_change import CellChange
from aerofleet.findings import Finding
from aerofleet.fleet.left_out import LeftOut, is_stopping, known_clusters
from aerofleet.review.model import Failures, SideName, UnknownCell
from aerofleet.units.amount import counted

OF_HEAD = "mend the definitions that are listed; `aerofleet check {cell}` finds the same"
OF_BASE = (
    "`aerofleet review --base REVISION` with the revision that was deployed last shows what becomes of {them}"
    "; `aerofleet check {cell}` judges head by itself"
)


def unknown_parts(cell: CellChange, failures: Failures) -> Iterator[UnknownCell]:
    """Yield each side of a cell of which something can't be rendered."""
    if cell.base is cell.head:
        return
    mistakes = {"base": _errors(cell.full_base), "head": stopping_findings(cell.full_head)}
    persisting = {*map(_same, _errors(cell.full_head))}
    for name, side, left_out in _sides(cell):
        if side is None or (side.rendered is not None and not left_out and (cell.is_known or not mistakes[name])):
            continue
        known = _known(cell) | left_out.clusters
        names = tuple(sorted(filter(left_out.has, known))) if cell.is_known else ()
        failure = failures.get((name, cell.name))
        is_mended = name == "base" and bool(mistakes["base"]) and not persisting & {*map(_same, mistakes["base"])}
        if failure and not mistakes[name]:
            reason, way_out = failure.reason, failure.way_out
        else:
            reason = failure.reason if failure else _reason(name, len(mistakes[name]), is_mended=is_mended)
            way_out = (OF_BASE if is_mended else OF_HEAD).format(cell=cell.name, them="them" if names else "the cell")
        clusters = len(names) if cell.is_known else len(known)
        yield UnknownCell(cell.name, name, reason, way_out, mistakes[name], clusters, names, is_mended)


def elsewhere(cell: CellChange, finding: Finding) -> UnknownCell:
    """Return a cell whose clusters can't be compared, because the sides may be in two Kubernetes clusters."""
    return UnknownCell(
        cell.name,
        "head",
        "the objects of both sides may be in two Kubernetes clusters, so that no comparison of them is an effect",
        f"see `{finding.rule}` below",
        clusters=number_of_unknown(cell, is_moved=True),
    )


def number_of_unknown(cell: CellChange, *, is_moved: bool = False) -> int:
    """Return how many clusters of a cell can't be judged. ``is_moved``: the cell may be in another Kubernetes cluster
    after the change.
    """
    if cell.base is cell.head:
        return 0
    known = _known(cell) | cell.left_out.clusters
    return len(known) if is_moved or not cell.is_known else sum(cell.left_out.has(key) for key in known)


def stopping_findings(side: CellAnalysis | None) -> tuple[Finding, ...]:
    """Return the mistakes in the definitions of a side that can't be rendered, those that are alike once."""
    return tuple(filter(is_stopping, _errors(side)))


def _errors(side: CellAnalysis | None) -> tuple[Finding, ...]:
    findings = side.resolution.findings if side else ()
    return tuple(finding for finding in findings if finding.severity == "error")


def _same(finding: Finding) -> tuple[str, str, str]:
    """Return what makes a mistake the same on both sides: lines move."""
    return finding.rule, finding.path, finding.message


def _sides(cell: CellChange) -> Iterator[tuple[SideName, CellAnalysis | None, LeftOut]]:
    yield "base", cell.full_base, cell.out_of_base
    yield "head", cell.full_head, cell.out_of_head


def _known(cell: CellChange) -> frozenset[str]:
    """Return TEAM/CLUSTER of the clusters that any side of the cell names."""
    sides = (side for side in (cell.full_base, cell.full_head) if side)
    return frozenset(key for side in sides for key in known_clusters(side.resolution.source))


def _reason(side: SideName, mistakes: int, *, is_mended: bool) -> str:
    which = counted(mistakes, "mistake")
    if is_mended:
        they = "it" if mistakes == 1 else "them"
        return (
            f"base has {which}, so it was never deployed, and nobody knows what this change does to what runs; head has"
            f" mended {they}"
        )
    return f"the definitions of {side} have {which}"
