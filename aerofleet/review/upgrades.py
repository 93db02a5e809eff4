"""Another release of the operator or of the servers in a cell: what differs between the releases for each cluster.

What becomes of one cluster is in `aerofleet.analysis.release_change`; here are the notes about the releases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from aerofleet.aerospike.known_bugs import BUGS, UPGRADE_BUG, Bug
from aerofleet.ako.config import entries, section
from aerofleet.ako.estimate import is_estimate
from aerofleet.ako.reasons.scale import FORMAT_BREAKS
from aerofleet.analysis.cell_change import CellChange
from aerofleet.analysis.release_change import new_refusals
from aerofleet.findings import Finding, declared, rules_in
from aerofleet.review.model import Cause, ChangedCluster, Upgrade
from aerofleet.settings.source import CellSource
from aerofleet.units.names_in_text import shortened
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
BUG_ELSEWHERE = declared(
    "server-bug-elsewhere",
    "A known bug of a server version strikes none of the clusters that get it.",
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
MOST_NAMED = 3
"""Clusters that a note names."""
NO_CONFIGS: Mapping[str, tuple[Any, ...]] = MappingProxyType({})


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
        yield from _of_channels(cell, base, head, clusters, resources)


def _refused_no_longer(resources: Mapping[str, dict[str, Any]], old: str, new: str) -> Iterator[Finding]:
    if is_estimate(old) or is_estimate(new):
        return
    for name, resource in resources.items():
        # What the new release does not refuse any more is what the old one would refuse anew.
        for finding in new_refusals(resource, new, old):
            message = f"{name}: {old} refuses it, {new} does not: {finding.message}"
            yield REFUSED_NO_LONGER.finding(finding.path, message)


def _of_channels(
    cell: CellChange,
    base: CellSource,
    head: CellSource,
    clusters: tuple[ChangedCluster, ...],
    resources: Mapping[str, dict[str, Any]],
) -> Iterator[Upgrade]:
    assert base.cell and head.cell  # noqa: S101
    before, after = base.cell.file.server.channels, head.cell.file.server.channels
    for channel in (name for name in after if name in before and before[name] != after[name]):
        place = ("server", "channels", channel)
        location = head.cell.document.locate(place)
        cause = Cause(".".join(place), "cell", before[channel], after[channel], location)
        moved = [one for one in clusters if any(known.location == location for known in one.causes)]
        affected = tuple(one.key for one in moved)
        configs = {one.key: tuple(_configs(resources.get(f"{one.namespace}/{one.name}", {}))) for one in moved}
        notes = tuple(server_notes(before[channel], after[channel], configs))
        yield Upgrade("server", cell.name, channel, before[channel], after[channel], affected, notes, cause)


def _configs(resource: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the aerospikeConfig of a cluster, and those of its racks."""
    spec = section(resource, "spec")
    yield spec.get("aerospikeConfig", {})
    yield from (rack["aerospikeConfig"] for rack in entries(spec, "rackConfig", "racks") if "aerospikeConfig" in rack)


def server_notes(old: str, new: str, configs: Mapping[str, tuple[Any, ...]] = NO_CONFIGS) -> Iterator[Finding]:
    """Yield the known bugs and the changes of formats between two server versions, the worst first; bugs that strike
    none of the clusters, and those that are fixed, in one note each.

    ``configs``: cluster → its aerospikeConfigs; without any, nobody knows which bugs strike.
    """
    path = "spec.image"
    leaving = UPGRADE_BUG if UPGRADE_BUG.is_in(old) and new != old else None
    coming = [bug for bug in BUGS if bug.is_in(new) and not bug.is_in(old)]
    if leaving and (who := _struck(leaving, configs)):
        message = f"{leaving.names} of {old}: {leaving.consequence} ({who})"
        yield BUG_OF_UPGRADE.finding(path, message)
    for version, why in FORMAT_BREAKS:
        if is_at_least(new, version) != is_at_least(old, version):
            yield FORMAT_CHANGES.finding(path, f"{old} to {new}: {why}")
    for bug in coming:
        if who := _struck(bug, configs):
            message = f"{new} has {bug.names}: {bug.consequence} ({who})"
            yield BUG_COMES.finding(path, message, f"a build with the fix: {', '.join(bug.fixed)}")
    if elsewhere := [bug for bug in (leaving, *coming) if bug and not _struck(bug, configs)]:
        names = ", ".join(f"{bug.names} ({_needs(bug)})" for bug in elsewhere)
        yield BUG_ELSEWHERE.finding(path, f"none of these clusters has what a known bug needs: {names}")
    if fixed := [bug for bug in BUGS if bug.is_in(old) and not bug.is_in(new)]:
        yield BUG_GOES.finding(path, f"{new} no longer has {', '.join(bug.names for bug in fixed)}")


def _struck(bug: Bug, configs: Mapping[str, tuple[Any, ...]]) -> str:
    """Return which clusters have what a bug needs, as a clause; empty if none has."""
    if not configs:
        return f"only with {_needs(bug)}" if bug.needs else "all clusters"
    struck = [key for key, own in configs.items() if any(map(bug.strikes, own))]
    if not struck:
        return ""
    if len(struck) == len(configs):
        return "all of these clusters"
    return f"{len(struck)} of {len(configs)} clusters: {shortened(struck, MOST_NAMED)}"


def _needs(bug: Bug) -> str:
    return " and ".join(name for name, _ in bug.needs)
