"""One cluster as it is defined: the context of the rules that features bring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aerofleet.files.allocations import ClusterAllocation
from aerofleet.files.settings import Settings
from aerofleet.findings import LocatedProblem
from aerofleet.fleet.resolve import Resolution, ResolvedSettings, origin_locator
from aerofleet.settings.merge import Path
from aerofleet.settings.source import CellSource, ClusterDefinition
from aerofleet.units.field_path import dotted


@dataclass(frozen=True, slots=True)
class DefinedCluster:
    """A cluster whose settings could be read; other files of its cell may have mistakes."""

    source: CellSource
    definition: ClusterDefinition
    resolved: ResolvedSettings

    @property
    def settings(self) -> Settings:
        return self.resolved.settings

    @property
    def server_version(self) -> str:
        """The version of the cluster's channel; the channel itself if the cell does not have it."""
        return self.source.server_version(self.settings.channel)

    @property
    def allocation(self) -> ClusterAllocation | None:
        allocations = self.source.allocations
        return allocations.file.clusters.get(self.definition.key) if allocations else None

    def problem(self, path: Path, message: str, remedy: str = "") -> LocatedProblem:
        """Return the problem of a setting at the line that decides it, which may be a tier's."""
        locate = origin_locator(self.resolved.merged, self.definition)
        return LocatedProblem(dotted(path), message, remedy, locate(path), self.definition.subject)


def defined_clusters(resolution: Resolution) -> Iterator[DefinedCluster]:
    """Yield every cluster of a cell whose settings could be read."""
    source = resolution.source
    for definition in source.clusters if source else ():
        resolved = resolution.settings.get(definition.key)
        if source and resolved:
            yield DefinedCluster(source, definition, resolved)
