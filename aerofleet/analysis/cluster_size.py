"""The need of a defined cluster for its workload against the pods that it has, as `aerofleet size TEAM/CLUSTER`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from aerofleet.analysis.size import cluster_sizing
from aerofleet.findings.stop import MistakeError
from aerofleet.fleet.auto_size import shortfall_message
from aerofleet.fleet.lookup import resolution_with
from aerofleet.fleet.resolve import Resolution
from aerofleet.sizing import Shortfall, Sizing
from aerofleet.sizing.report import date_of, limits, needs, settings, tables
from aerofleet.units.amount import counted

SCHEMA = "aerofleet.io/size-cluster/v1"


@dataclass(frozen=True, slots=True)
class ClusterSize:
    """``cluster``: TEAM/CLUSTER. ``shortfalls``: what its pods lack for its workload until the planned date."""

    cluster: str
    sizing: Sizing
    shortfalls: tuple[Shortfall, ...]

    @property
    def fits(self) -> bool:
        return not self.shortfalls


def cluster_size(root: Path, cluster: str, cell: str | None) -> ClusterSize:
    """Return the size of a defined cluster. Raises NoCellError, NoClusterError, and MistakeError if the sizing can't
    read its settings.
    """
    resolution = resolution_with(root, cluster, cell)
    try:
        return size_in(resolution, cluster)
    except ValueError as error:
        raise MistakeError(f"the sizing can't read {cluster}: {error}") from None


def size_in(resolution: Resolution, cluster: str) -> ClusterSize:
    """Return the size of a cluster of the resolution. Raises ValueError if the sizing can't read its settings."""
    sizing, shortfalls = cluster_sizing(resolution, cluster)
    return ClusterSize(cluster, sizing, tuple(shortfalls))


def as_text(size: ClusterSize) -> str:
    sizing = size.sizing
    lines = [*conclusion(size), *tables(sizing), *limits(sizing), *settings(sizing.pod)]
    return "".join(f"{line}\n" for line in lines)


def conclusion(size: ClusterSize) -> Iterator[str]:
    sizing = size.sizing
    months = counted(sizing.assumptions.months, "month")
    racks = f"{counted(sizing.racks, 'rack')} × {sizing.nodes_per_rack} = {counted(sizing.nodes, 'node')}"
    if size.fits:
        yield f"{size.cluster}, {racks}: holds its workload for {months}"
        return
    yield f"{size.cluster}, {racks}: does not hold its workload for {months}"
    yield from (f"  {shortfall_message(shortfall)}" for shortfall in size.shortfalls)
    yield "a larger size, larger pods, or `size: auto` for the fewest pods that are enough"


def as_json(size: ClusterSize) -> str:
    data = {
        "schema": SCHEMA,
        "cluster": size.cluster,
        "fits": size.fits,
        "racks": size.sizing.racks,
        "nodesPerRack": size.sizing.nodes_per_rack,
        "until": date_of(size.sizing),
        "shortfalls": [asdict(shortfall) for shortfall in size.shortfalls],
        **needs(size.sizing),
    }
    return json.dumps(data, indent=2) + "\n"
