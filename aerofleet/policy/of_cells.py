"""Policies of a cell's definitions, which no rendered object shows: the age of overlays, and sizes."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from aerofleet.analysis import size
from aerofleet.analysis.cell import CellAnalysis
from aerofleet.files.cell import CellFile
from aerofleet.findings import LocatedProblem
from aerofleet.policy.policy import policies_in, policy
from aerofleet.policy.severity import Level


@dataclass(frozen=True, slots=True)
class JudgedCell:
    """A cell without mistakes on a day. ``cell``: its definition."""

    cell: CellFile
    analysis: CellAnalysis
    as_of: datetime.date


@policy(
    "overlay-old",
    kind="state",
    level=Level.ADVISED,
    remedy="end it (docs/how-to/write-what-no-setting-has.md), or look at it again and write the day as `since`",
)
def overlay_old(judged: JudgedCell) -> Iterator[LocatedProblem]:
    """Every overlay was looked at within the last `policy.overlayDays` days, by the day of its `since`."""
    most = judged.cell.policy.overlay_days
    source = judged.analysis.resolution.source
    for definition in source.clusters if source else ():
        resolved = judged.analysis.resolution.settings.get(definition.key)
        for overlay in resolved.overlays if resolved else ():
            place = overlay.layer.locate(())
            age = (judged.as_of - overlay.since).days if overlay.since else None
            if age is None:
                message = f"the overlay of {overlay.owner} has no day: nobody knows how old it is"
                yield LocatedProblem(
                    "overlay", message, "since: the day on which it was written", place, definition.subject
                )
            elif age > most:
                message = f"the overlay of {overlay.owner} is of {overlay.since}, {age} days ago; at most {most}"
                yield LocatedProblem("overlay.since", message, "", place, definition.subject)


@policy(
    "cluster-undersized",
    kind="state",
    remedy="a larger size, or `size: auto`",
    source="Platform rule: docs/concepts/sizing.md",
    raises=(size.SIZE_SHORT,),
)
def cluster_undersized(judged: JudgedCell) -> Iterator[LocatedProblem]:
    """The written size of a cluster carries its workload until the planned date."""
    for finding in judged.analysis.sizes:
        yield LocatedProblem(finding.path, finding.message, finding.remedy, finding.location, finding.subject)


RULES = policies_in(globals())
