"""Make the review of a fleet's change: which clusters differ, what becomes of them, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aerofleet.analysis.cell_change import CellChange, FleetChange
from aerofleet.findings import Effect, Finding
from aerofleet.findings.effect import EFFECTS
from aerofleet.policy.change import policy_report
from aerofleet.review.cell import review_cell
from aerofleet.review.grouping import groups_of
from aerofleet.review.model import UNKNOWN, CellFinding, Review, Side, SideName, UnknownCell

WAY_OUT = "mend the definitions that are listed; `aerofleet check {cell}` finds the same"


def review_of(change: FleetChange, base: Side, head: Side) -> Review:
    """Return the review of a change whose both sides are rendered by the same code."""
    cells = [review_cell(cell) for cell in change.cells]
    clusters = tuple(cluster for cell in cells for cluster in cell.clusters)
    unknown = tuple(one for cell in change.cells for one in _unknown(cell))
    counts = Counter(str(cluster.effect) for cluster in clusters)
    counts[str(Effect.NONE)] += sum(cell.unchanged for cell in cells)
    for cell in dict.fromkeys(one.cell for one in unknown):
        counts[UNKNOWN] += max(one.clusters for one in unknown if one.cell == cell)
    return Review(
        base,
        head,
        change.as_of,
        counts={name: counts[name] for name in (*map(str, EFFECTS), UNKNOWN)},
        clusters=clusters,
        groups=groups_of(clusters),
        others=tuple(other for cell in cells for other in cell.others),
        findings=tuple(finding for cell in change.cells for finding in _findings(change, cell)),
        unknown=unknown,
    )


def _unknown(cell: CellChange) -> Iterator[UnknownCell]:
    """Yield each side of a cell that can't be rendered."""
    sides: tuple[SideName, ...] = ("base", "head")
    for name, side in zip(sides, (cell.base, cell.head), strict=True):
        if side is None or side.rendered is not None or cell.base is cell.head:
            continue
        mistakes = tuple(finding for finding in side.findings if finding.severity == "error")
        source = side.resolution.source
        clusters = len(source.clusters) if source else 0
        reason = f"the definitions of {name} have {len(mistakes)} mistake{'s' if len(mistakes) != 1 else ''}"
        yield UnknownCell(cell.name, name, reason, WAY_OUT.format(cell=cell.name), mistakes, clusters)


def _findings(fleet: FleetChange, cell: CellChange) -> Iterator[CellFinding]:
    """Yield the findings of head that are worth a change, and those of the policies of the change; those of mistakes
    are with the unknown cells.
    """
    if cell.head is not None and cell.head.rendered is None:
        return
    report = policy_report(fleet, cell)
    known = {_key(finding) for finding in report.base}
    for finding in (*report.head, *report.change):
        yield CellFinding(cell.name, finding, _key(finding) not in known)


def _key(finding: Finding) -> tuple[object, ...]:
    """Return what makes a finding the same on both sides: lines move, so the location is no part of it."""
    return finding.rule, finding.severity, finding.path, finding.message, finding.subject
