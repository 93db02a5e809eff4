"""The change of one cell as the policies see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aerofleet.analysis.cell import CellAnalysis
from aerofleet.analysis.cell_change import CellChange, FleetChange
from aerofleet.analysis.change import ObjectChange
from aerofleet.files.cell import CellFile
from aerofleet.findings import Effect, Finding, Location, Subject
from aerofleet.fleet.cluster import Cluster
from aerofleet.policy.exceptions import Exceptions
from aerofleet.settings.source import CellSource
from aerofleet.units.cluster_key import cluster_key
from aerofleet.units.object_identity import cluster_name, label_of, owner_of

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClusterChange:
    """A cluster that the change has on one side or on both. ``old`` and ``new``: the AerospikeCluster; None on the side
    that does not have it. ``is_under_way``: its last roll-out is not over.
    """

    key: str
    change: ObjectChange
    before: Cluster | None
    after: Cluster | None
    old: Object | None
    new: Object | None
    is_under_way: bool = False

    @property
    def subject(self) -> Subject:
        return Subject("cluster", self.key)

    @property
    def is_disturbed(self) -> bool:
        """Whether a cluster that runs, and goes on running, restarts servers or moves data."""
        return self.before is not None and self.after is not None and self.change.effect >= Effect.WARM_RESTART

    @property
    def is_rolling_out(self) -> bool:
        """Whether a cluster that goes on running has not finished its last roll-out."""
        return self.is_under_way and self.before is not None and self.after is not None

    @property
    def disturbance(self) -> str:
        """Return its key, and that it is disturbed already where it is not this change that does it."""
        return self.key if self.is_disturbed else f"{self.key} (still rolls out)"


@dataclass(frozen=True)
class JudgedChange:
    """``cell``: the definition by whose environment and limits the change is judged: the stricter of both sides.
    ``stopping``: number of policies that fail a change of production.
    ``stopped``: the errors of state policies that the change brings and that a waiver could let pass.
    """

    cell: CellFile
    change: CellChange
    fleet: FleetChange
    exceptions: Exceptions
    stopped: tuple[Finding, ...] = ()
    stopping: int = 0

    @property
    def subject(self) -> Subject:
        return Subject("cell", self.change.name)

    @cached_property
    def clusters(self) -> tuple[ClusterChange, ...]:
        """Every cluster of either side, in the order of the change."""
        before, after = _resolved(self.change.base), _resolved(self.change.head)
        old, new = _resources(self.change.base), _resources(self.change.head)
        clusters = []
        for change in self.change.change.clusters:
            name = change.subject.name
            key = cluster_key(*owner_of(new.get(name) or old.get(name) or {}))
            sides = before.get(name), after.get(name), old.get(name), new.get(name)
            clusters.append(ClusterChange(key, change, *sides, name in self.change.under_way))
        return tuple(clusters)

    @cached_property
    def number_before(self) -> int:
        """Return the number of clusters that the cell has before the change."""
        return sum(cluster.before is not None for cluster in self.clusters)

    @property
    def disturbed(self) -> tuple[ClusterChange, ...]:
        """Return the clusters that the change disturbs, and where it disturbs any, those that still roll out."""
        if not any(cluster.is_disturbed for cluster in self.clusters):
            return ()
        return tuple(cluster for cluster in self.clusters if cluster.is_disturbed or cluster.is_rolling_out)

    def objects(self) -> Iterator[tuple[ObjectChange, Object | None, Object | None]]:
        """Yield (change, object before, object after) of every object beside the clusters that differs."""
        old, new = (
            {label_of(written): written for written in _objects(side)} for side in (self.change.base, self.change.head)
        )
        for change in self.change.change.objects:
            yield change, old.get(change.subject.name), new.get(change.subject.name)

    def place(self, file: str, *path: str | int) -> Location | None:
        """Return the place of a value in a file of head's cell (``cell``, ``tenants``); None without such a file."""
        source = source_of(self.change.head)
        read = getattr(source, file) if source else None
        return read.document.locate(path) if read else None

    def of_cluster(self, key: str, *path: str | int) -> Location | None:
        """Return the place of a key of a cluster in head's team file; None for a cluster that head does not define."""
        source = source_of(self.change.head)
        definition = source.cluster(key) if source else None
        return definition.locate(path) if definition else None


def source_of(side: CellAnalysis | None) -> CellSource | None:
    return side.resolution.source if side else None


def _resolved(side: CellAnalysis | None) -> dict[str, Cluster]:
    cell = side.resolution.cell if side else None
    deployed = (cluster for cluster in (cell.clusters if cell else ()) if cluster.is_deployed)
    return {f"{cluster.namespace}/{cluster.resource_name}": cluster for cluster in deployed}


def _resources(side: CellAnalysis | None) -> dict[str, Object]:
    """Return NAMESPACE/NAME → AerospikeCluster."""
    teams = side.rendered.teams if side and side.rendered else ()
    rendered = (cluster.objects[0] for team in teams for cluster in team.clusters)
    return {cluster_name(resource): resource for resource in rendered}


def _objects(side: CellAnalysis | None) -> Iterator[Object]:
    return side.rendered.objects() if side and side.rendered else iter(())
