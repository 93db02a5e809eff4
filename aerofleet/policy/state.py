"""The policies of a cell as it is: on its rendered objects, and on its definitions."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import replace

from aerofleet.ako.object_set import ObjectSet
from aerofleet.analysis.cell import CellAnalysis
from aerofleet.analysis.places import ClusterPlaces
from aerofleet.files.cell import CellFile
from aerofleet.findings import SEVERITIES, Finding, Location, Severity
from aerofleet.findings.repeats import merge_repeats
from aerofleet.policy.catalogue import OF_CELLS, RULES
from aerofleet.policy.exceptions import Exceptions
from aerofleet.policy.of_cells import JudgedCell
from aerofleet.policy.pack import OF_OBJECTS
from aerofleet.policy.policy import Policy
from aerofleet.policy.rendered_object import Object, RenderedObject
from aerofleet.settings.source import in_project
from aerofleet.units.aerospike_cluster import is_cluster

JUDGED: frozenset[str] = frozenset({"state"})
Judged = tuple[Policy[...], Finding]


def findings_with_policies(analysis: CellAnalysis, as_of: datetime.date) -> tuple[Finding, ...]:
    """Return the findings of a cell, with those of its policies, and of its waivers and approvals, on a day.

    Definitions with mistakes are not judged: nobody knows what they will render.
    """
    source = analysis.resolution.source
    if analysis.rendered is None or source is None or source.cell is None:
        return analysis.findings
    exceptions = Exceptions(source, as_of)
    findings = state_findings(analysis, as_of, exceptions)
    return (*findings, *exceptions.findings(source.cell.file, RULES, JUDGED))


Key = tuple[str, str, Location | None]


def state_findings(
    analysis: CellAnalysis, as_of: datetime.date, exceptions: Exceptions, judge: CellFile | None = None
) -> tuple[Finding, ...]:
    """Return the findings of a cell without mistakes, with those of its policies on a day, waivers applied.

    ``judge``: the definition whose environment and limits count; that of the cell itself if left out.

    A hazard that a policy reports at least as severely is left out, and so is one whose policy is waived. A cluster
    with an error is not judged by policies: nobody knows what it will be without.
    """
    source = analysis.resolution.source
    assert source and source.cell  # noqa: S101
    cell = judge or source.cell.file
    hazards = {_key(finding.rule, finding): finding.severity for finding in analysis.findings}
    findings: list[Finding] = []
    replaced: set[Key] = set()
    errors = [finding for finding in analysis.findings if finding.severity == "error"]
    places, subjects = {finding.location for finding in errors}, {finding.subject for finding in errors}
    for policy, finding in _all(analysis, JudgedCell(cell, analysis, as_of)):
        severity = policy.severity_in(cell)
        assert severity is not None  # noqa: S101 - the others do not look
        if finding.subject in subjects or (finding.location and finding.location in places):
            continue
        same = [key for rule in policy.raises if (key := _key(rule.id, finding)) in hazards]
        counted = replace(finding, severity=severity)
        judged = exceptions.waived(policy, counted)
        if judged is not counted or all(_is_as_bad(severity, hazards[key]) for key in same):
            findings.append(judged)
            replaced.update(same)
    kept = (finding for finding in analysis.findings if _key(finding.rule, finding) not in replaced)
    return (*kept, *merge_repeats(findings))


def _key(rule: str, finding: Finding) -> Key:
    return rule, finding.path, finding.location


def _is_as_bad(severity: Severity, other: Severity) -> bool:
    return SEVERITIES.index(severity) <= SEVERITIES.index(other)


def _all(analysis: CellAnalysis, judged: JudgedCell) -> Iterator[Judged]:
    """Yield what the policies find that count in the cell."""
    assert analysis.rendered  # noqa: S101
    assert analysis.resolution.source  # noqa: S101
    locate = _locator(analysis)
    counting = [policy for policy in OF_OBJECTS if policy.severity_in(judged.cell)]
    of_objects = [
        (of_object, replace(finding, location=locate(rendered, finding.path), subject=rendered.subject))
        for rendered in (rendered_objects(analysis, judged) if counting else ())
        for of_object in counting
        for finding in of_object.findings(rendered)
    ]
    located = in_project(analysis.resolution.source, (finding for _, finding in of_objects))
    yield from zip((of_object for of_object, _ in of_objects), located, strict=True)
    for of_cell in (policy for policy in OF_CELLS if policy.severity_in(judged.cell)):
        yield from ((of_cell, finding) for finding in of_cell.findings(judged))


def rendered_objects(analysis: CellAnalysis, judged: JudgedCell) -> Iterator[RenderedObject]:
    """Yield every object of the cell; clusters as the analysis has read them."""
    objects = analysis.objects or ObjectSet(analysis.rendered.objects() if analysis.rendered else ())
    read = {id(written): cluster for written, cluster in objects.read}
    for written in (*objects.written, *objects.others):
        yield RenderedObject(judged.cell, written, read.get(id(written)))


def _locator(analysis: CellAnalysis) -> Callable[[RenderedObject, str], Location | None]:
    places = ClusterPlaces(analysis.resolution)

    def locate(rendered: RenderedObject, path: str) -> Location | None:
        written: Object = rendered.written
        return places.location(str(rendered.subject), written, path) if is_cluster(written) else None

    return locate
