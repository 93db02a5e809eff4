"""Another release of the operator or of the servers in a cell: what differs between the releases for each cluster.

What becomes of one cluster is in `aerofleet.analysis.release_change`; here are the notes about the releases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aerofleet.aerospike.known_bugs import BUGS, UPGRADE_BUG
from aerofleet.ako.estimate import is_estimate
from aerofleet.ako.reasons.scale import FORMAT_BREAKS
from aerofleet.analysis.cell_change import CellChange
from aerofleet.analysis.release_change import new_refusals
from aerofleet.findings import Finding, declared, rules_in
from aerofleet.review.model import Cause, ChangedCluster, Upgrade
from aerofleet.settings.source import CellSource
from aerofleet.units.version import is_at_least

NOTES = "Aerospike release notes, of the build that fixes it"
REFUSED_NO_LONGER = declared(
    "refused-no-longer",
    "A new release of the operator admits what the one before refuses.",
    scope="change",
    severity="info",
    source="Platform rule: docs/how-to/upgrade-the-operator.md",
)
BUG_COMES = declared(
    "server-bug-comes",
    "A server version has a known bug that the one before does not have.",
    scope="change",
    severity="warning",
    remedy="a build with the fix, where there is one",
    source=NOTES,
)
BUG_GOES = declared(
    "server-bug-goes",
    "A server version has the fix of a known bug.",
    scope="change",
    severity="info",
    source=NOTES,
)
BUG_OF_UPGRADE = declared(
    "server-bug-of-upgrade",
    "A known bug strikes while a cluster leaves a server version.",
    scope="change",
    severity="severe",
    source="Aerospike documentation, Special upgrades",
)
FORMAT_CHANGES = declared(
    "server-format-changes",
    "Between two server versions the format of data changes.",
    scope="change",
    severity="severe",
    source="Aerospike documentation, Upgrade to Database 7.0",
)
RULES = rules_in(globals())


def operator_change(cell: CellChange) -> tuple[str, str] | None:
    """Return the releases before and after; None where the cell keeps its release, or is on one side only."""
    base, head = (side.resolution.cell if side else None for side in (cell.base, cell.head))
    if base is None or head is None or base.operator.version == head.operator.version:
        return None
    return base.operator.version, head.operator.version


def operator_cause(cell: CellChange) -> Cause | None:
    """Return the line with the operator's version in head."""
    releases = operator_change(cell)
    source = cell.head.resolution.source if cell.head else None
    if releases is None or source is None or source.cell is None:
        return None
    return Cause("operator.version", "cell", *releases, source.cell.document.locate(("operator", "version")))


def upgrades_of(
    cell: CellChange, clusters: tuple[ChangedCluster, ...], resources: Mapping[str, dict[str, Any]]
) -> Iterator[Upgrade]:
    """Yield the upgrade of the cell's operator, and those of its server channels. ``clusters``: the changed ones;
    ``resources``: NAMESPACE/NAME → AerospikeCluster of head.
    """
    releases, cause = operator_change(cell), operator_cause(cell)
    if releases and cause:
        affected = tuple(one.key for one in clusters if cause in one.causes)
        notes = tuple(dict.fromkeys(_refused_no_longer(resources, *releases)))
        yield Upgrade("operator", cell.name, "", *releases, affected, notes, cause)
    base, head = (side.resolution.source if side else None for side in (cell.base, cell.head))
    if base and head and base.cell and head.cell:
        yield from _of_channels(cell, base, head, clusters)


def _refused_no_longer(resources: Mapping[str, dict[str, Any]], old: str, new: str) -> Iterator[Finding]:
    if is_estimate(old) or is_estimate(new):
        return
    for name, resource in resources.items():
        # What the new release does not refuse any more is what the old one would refuse anew.
        for finding in new_refusals(resource, new, old):
            message = f"{name}: {old} refuses it, {new} does not: {finding.message}"
            yield REFUSED_NO_LONGER.finding(finding.path, message)


def _of_channels(
    cell: CellChange, base: CellSource, head: CellSource, clusters: tuple[ChangedCluster, ...]
) -> Iterator[Upgrade]:
    assert base.cell and head.cell  # noqa: S101
    before, after = base.cell.file.server.channels, head.cell.file.server.channels
    for channel in (name for name in after if name in before and before[name] != after[name]):
        place = ("server", "channels", channel)
        location = head.cell.document.locate(place)
        cause = Cause(".".join(place), "cell", before[channel], after[channel], location)
        affected = tuple(one.key for one in clusters if any(known.location == location for known in one.causes))
        notes = tuple(server_notes(before[channel], after[channel]))
        yield Upgrade("server", cell.name, channel, before[channel], after[channel], affected, notes, cause)


def server_notes(old: str, new: str) -> Iterator[Finding]:
    """Yield the known bugs and the changes of formats between two server versions, the worst first."""
    path = "spec.image"
    if UPGRADE_BUG.is_in(old):
        message = f"{UPGRADE_BUG.names} of {old}: {UPGRADE_BUG.consequence}; only clusters with XDR have it"
        yield BUG_OF_UPGRADE.finding(path, message)
    for version, why in FORMAT_BREAKS:
        if is_at_least(new, version) != is_at_least(old, version):
            yield FORMAT_CHANGES.finding(path, f"{old} to {new}: {why}")
    for bug in BUGS:
        if bug.is_in(new) and not bug.is_in(old):
            needs = ", ".join(name for name, _ in bug.needs)
            only = f" (only with {needs})" if needs else ""
            message = f"{new} has {bug.names}: {bug.consequence}{only}"
            yield BUG_COMES.finding(path, message, f"a build with the fix: {', '.join(bug.fixed)}")
    for bug in BUGS:
        if bug.is_in(old) and not bug.is_in(new):
            yield BUG_GOES.finding(path, f"{new} no longer has {bug.names}: {bug.consequence}")
