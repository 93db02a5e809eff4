"""Build a cell without the clusters and teams whose definitions have mistakes, so that the others can be judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from aerofleet.files.choices import ClusterState
from aerofleet.findings import Finding
from aerofleet.findings.catalogue import rule_of
from aerofleet.fleet.resolve import Resolution, build
from aerofleet.settings.source import STACKS, CellSource
from aerofleet.units.cluster_key import cluster_key, team_of
from aerofleet.units.field_path import parsed


@dataclass(frozen=True, slots=True)
class LeftOut:
    """``teams``: those of which nothing can be built. ``clusters``: TEAM/CLUSTER of single ones, of other teams."""

    teams: frozenset[str] = frozenset()
    clusters: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.teams or self.clusters)

    def __or__(self, other: LeftOut) -> LeftOut:
        return LeftOut(self.teams | other.teams, self.clusters | other.clusters)

    def has(self, key: str) -> bool:
        """Return whether a cluster (TEAM/CLUSTER) is left out, by itself or with its team."""
        return key in self.clusters or team_of(key) in self.teams


NOTHING = LeftOut()


def left_out_of(resolution: Resolution, mistakes: Iterable[Finding]) -> LeftOut | None:
    """Return what has to be left out of a cell because of its ``mistakes``, so that the rest can be built; None where
    one of them concerns the whole cell, as one in `cell.yaml` or in a tier does.
    """
    source = resolution.source
    if source is None or not source.is_complete:
        return None
    teams, clusters = set(source.unread), {one.key for one in source.clusters if one.key not in resolution.settings}
    for finding in mistakes:
        place = _place_of(source, finding)
        if place is None:
            return None
        team, name = place
        if name:
            clusters.add(cluster_key(team, name))
        else:
            teams.add(team)
    return LeftOut(frozenset(teams), frozenset(key for key in clusters if team_of(key) not in teams))


def is_stopping(finding: Finding) -> bool:
    """Return whether a finding in the definitions of a cell is a mistake that can't be rendered (`Rule.can_render`)."""
    return finding.severity == "error" and not rule_of(finding.rule).can_render


def built_without(resolution: Resolution, left_out: LeftOut) -> Resolution:
    """Return a cell without what is left out, which has to have all that can't be rendered. The findings stay."""
    source = resolution.source
    assert source  # noqa: S101
    kept = replace(
        source,
        teams={team: read for team, read in source.teams.items() if team not in left_out.teams},
        clusters=[cluster for cluster in source.clusters if not left_out.has(cluster.key)],
    )
    settings = {key: one for key, one in resolution.settings.items() if not left_out.has(key)}
    return replace(resolution, cell=build(kept, settings), settings=settings, source=kept)


def known_clusters(source: CellSource | None) -> frozenset[str]:
    """Return TEAM/CLUSTER of all clusters that the files of a cell name, those among them that can't be read: a team's
    file may be gone or broken, and the allocations still have its clusters.
    """
    if source is None:
        return frozenset()
    written = {cluster_key(team, name) for team, read in source.teams.items() for name in read.file.clusters}
    allocated = source.allocations.file.clusters if source.allocations else {}
    released = {key for key, one in allocated.items() if one.state is ClusterState.RELEASED}
    return frozenset((written | allocated.keys()) - released)


def _place_of(source: CellSource, finding: Finding) -> tuple[str, str] | None:
    """Return the team and the cluster that a mistake concerns, an empty text for a whole team; None for a cell."""
    subject, where = finding.subject, finding.location
    if subject is not None and subject.kind == "cluster":
        team, _, name = subject.name.partition("/")
        return team, name
    if where is None:
        return None
    keys = tuple(map(str, parsed(finding.path)))
    folder, file = f"{STACKS}/{source.name}", PurePosixPath(where.file)
    if str(file.parent) == f"{folder}/teams":
        is_cluster = keys[:1] == ("clusters",) and len(keys) > 1 and file.stem in source.teams
        return file.stem, keys[1] if is_cluster else ""
    if where.file not in (f"{folder}/allocations.yaml", f"{folder}/tenants.yaml") or len(keys) < 2:
        return None
    if keys[0] == "clusters":
        team, _, name = keys[1].partition("/")
        return team, name
    return (keys[1], "") if keys[0] == "teams" else None
