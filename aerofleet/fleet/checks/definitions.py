"""The definitions that the checks of a cell read, and the problems that they yield at the line that decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aerofleet.files.settings import Settings
from aerofleet.findings import LocatedProblem
from aerofleet.fleet.pool_members import hosts_in_racks
from aerofleet.load import Document
from aerofleet.settings.layers import layers_of
from aerofleet.settings.merge import Path
from aerofleet.settings.source import CellSource, ClusterDefinition
from aerofleet.settings.tiers import TierChainError
from aerofleet.units.field_path import dotted


@dataclass(frozen=True)
class Definitions:
    """The context of a cell's rules: its files, and TEAM/CLUSTER → settings of each cluster whose settings have no
    mistakes.
    """

    source: CellSource
    settings: Mapping[str, Settings]

    @cached_property
    def hosts_in_racks(self) -> Mapping[str, Mapping[str, int]]:
        """Pool → rack → number of the pool's hosts; empty if a file could not be read."""
        return hosts_in_racks(self.source)

    def clusters(self) -> Iterator[tuple[ClusterDefinition, Settings]]:
        """Yield every cluster whose settings have no mistakes."""
        for cluster in self.source.clusters:
            settings = self.settings.get(cluster.key)
            if settings is not None:
                yield cluster, settings


def in_file(document: Document, path: Path, message: str, remedy: str = "") -> LocatedProblem:
    """Return the problem of a value in a file."""
    return LocatedProblem(dotted(path), message, remedy, document.locate(path))


def in_cluster(cluster: ClusterDefinition, path: Path, message: str, remedy: str = "") -> LocatedProblem:
    """Return the problem of a key of the cluster in its team's file; ``path`` is the path below the cluster's name."""
    return LocatedProblem(dotted(path), message, remedy, cluster.locate(path), cluster.subject)


def in_layer(
    source: CellSource, cluster: ClusterDefinition, path: Path, message: str, remedy: str = ""
) -> LocatedProblem:
    """Return the problem of a setting at the line that decides it, which may be a tier's; at the cluster if no layer
    has the setting.
    """
    location = cluster.locate(path)
    with suppress(TierChainError):
        layers = layers_of(source, source.tiers.chain(cluster.file.tier), cluster)
        location = next((layer.locate(path) for layer in reversed(layers) if has(layer.data, path)), location)
    return LocatedProblem(dotted(path), message, remedy, location, cluster.subject)


def has(value: Any, path: Path) -> bool:
    """Return whether a value of a file has something at ``path``."""
    for key in path:
        if isinstance(key, int):
            if not isinstance(value, list | tuple) or key >= len(value):
                return False
        elif not isinstance(value, Mapping) or key not in value:
            return False
        value = value[key]
    return True
