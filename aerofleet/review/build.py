"""Make the review of a fleet's change: which clusters differ, what becomes of them, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType

from aerofleet.analysis.cell_change import CellChange, FleetChange
from aerofleet.findings import Effect, Finding, Subject
from aerofleet.findings.effect import EFFECTS
from aerofleet.fleet.stack_name import stack_names
from aerofleet.policy.catalogue import POLICIES
from aerofleet.policy.change import policy_report
from aerofleet.policy.contacts import contacts_of
from aerofleet.policy.judged_change import source_of
from aerofleet.policy.of_context import context_changed
from aerofleet.policy.restated import without_restated
from aerofleet.review.causes import line_of_most
from aerofleet.review.cell import NO_CODE, CellReview, review_cell
from aerofleet.review.exit_code import FAILING
from aerofleet.review.grouping import groups_of
from aerofleet.review.model import (
    UNKNOWN,
    CellFinding,
    ChangedCluster,
    CodeChange,
    EnginePreview,
    Failures,
    Review,
    Side,
)
from aerofleet.review.other_lines import other_lines
from aerofleet.review.room import host_changes
from aerofleet.review.unknown import elsewhere, number_of_unknown, stopping_findings, unknown_parts
from aerofleet.units.cluster_key import cluster_key

NO_FAILURES: Failures = MappingProxyType({})


def review_of(
    change: FleetChange, base: Side, head: Side, code: CodeChange = NO_CODE, failures: Failures = NO_FAILURES
) -> Review:
    """Return the review of a change. ``code``: what differs beside the definitions."""
    cells = [review_cell(cell, code) for cell in change.cells]
    findings = tuple(
        finding
        for cell, reviewed in zip(change.cells, cells, strict=True)
        for finding in _findings(change, cell, reviewed.clusters)
    )
    moved = {one.cell: one.finding for one in findings if POLICIES.get(one.finding.rule) is context_changed}
    cells = [
        CellReview() if cell.name in moved else reviewed for cell, reviewed in zip(change.cells, cells, strict=True)
    ]
    clusters = tuple(_without_restated((cluster for cell in cells for cluster in cell.clusters), findings))
    unknown = tuple(
        one
        for cell in change.cells
        for one in ((elsewhere(cell, moved[cell.name]),) if cell.name in moved else unknown_parts(cell, failures))
    )
    counts = Counter(str(cluster.effect) for cluster in clusters)
    counts[str(Effect.NONE)] += sum(cell.unchanged for cell in cells)
    counts[UNKNOWN] += sum(number_of_unknown(cell, is_moved=cell.name in moved) for cell in change.cells)
    others = tuple(other for cell in cells for other in cell.others)
    named = [cause for cluster in clusters for cause in cluster.causes]
    named += [cause for other in others for cause in other.causes]
    upgrades = tuple(upgrade for cell in cells for upgrade in cell.upgrades)
    of_upgrades = (upgrade.cause for upgrade in upgrades if upgrade.cause)
    hosts, lines = host_changes(change.cells, other_lines(change.cells, (*named, *of_upgrades)))
    return Review(
        base,
        head,
        change.as_of,
        counts={name: counts[name] for name in (*map(str, EFFECTS), UNKNOWN)},
        clusters=clusters,
        groups=groups_of(clusters),
        others=others,
        findings=findings,
        unknown=unknown,
        upgrades=upgrades,
        previews=tuple(_previews(change, code)),
        changed_code=code.files,
        hosts=hosts,
        other_lines=lines,
        contacts={cell.name: contacts_of(source_of(cell.base) or source_of(cell.head)) for cell in change.cells},
    )


def _findings(fleet: FleetChange, cell: CellChange, clusters: Iterable[ChangedCluster]) -> Iterator[CellFinding]:
    """Yield the findings of head that are worth a change, and those of the policies of the change; those of mistakes
    are with what is unknown. A cell that does not change has none that is new: `aerofleet check` reports its own.

    Where base has mistakes, nobody knows which findings it has: only those count as new that fail a review. A finding
    about the change of several clusters is at the line that disturbs most of them.
    """
    head = cell.full_head
    if (head is not None and head.rendered is None) or cell.head is cell.base:
        return
    report = policy_report(fleet, cell)
    known = {finding.identity for finding in report.base}
    stopping = set(stopping_findings(head))
    is_base_known = cell.full_base is None or not (cell.out_of_base or cell.full_base.rendered is None)
    line = line_of_most(clusters)
    of_change = (finding if finding.location else replace(finding, location=line) for finding in report.change)
    for finding in (*report.head, *of_change):
        if finding not in stopping:
            is_new = finding.identity not in known and (is_base_known or finding.severity in FAILING)
            policy = POLICIES.get(finding.rule)
            yield CellFinding(cell.name, finding, is_new, policy.asks if policy else None)


def _without_restated(clusters: Iterable[ChangedCluster], findings: Iterable[CellFinding]) -> Iterator[ChangedCluster]:
    """Yield the clusters without the hazards that a new finding of a policy reports, too."""
    seen: dict[tuple[str, Subject | None], list[Finding]] = {}
    for one in findings:
        if one.is_new:
            seen.setdefault((one.cell, one.finding.subject), []).append(one.finding)
    for cluster in clusters:
        subject = Subject("cluster", cluster_key(cluster.team, cluster.cluster))
        of_cluster = seen.get((cluster.cell, subject), ()) if cluster.hazards else ()
        hazards = without_restated(cluster.hazards, subject, of_cluster)
        yield cluster if hazards == cluster.hazards else replace(cluster, hazards=hazards)


def _previews(change: FleetChange, code: CodeChange) -> Iterator[EnginePreview]:
    """Yield the stacks where something differs that only the engine runs or reads."""
    resolved = (cell.head.resolution.cell for cell in change.cells if cell.head)
    stacks = tuple(str(stack) for cell in resolved if cell for stack in stack_names(cell))
    if code.previews and stacks:
        yield EnginePreview(stacks, code.previews)
    yield from (EnginePreview((stack,), (file,)) for stack, file in code.stack_files.items())
