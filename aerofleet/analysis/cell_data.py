"""What the definitions of a cell say of the data of its clusters, and of how fast they are: the input of forecasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from aerofleet.analysis.cell import CellAnalysis
from aerofleet.fleet.auto_size import workload_of
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.resolve import Resolution, pool_models
from aerofleet.forecast.model import Load, NamespaceData
from aerofleet.forecast.rates import DEFAULT_RATES, Rates
from aerofleet.forecast.span import Span
from aerofleet.sizing.namespace import stored_record_bytes

BITS = 8
PERCENT_OF_LINE = 50
"""Half of a host's line is for data that moves; the sizing leaves it that half (`network_used_percent`)."""


def load_of(cluster: Cluster) -> Load | None:
    """Return the data of each namespace by the declared workload; None where the sizing can't read it."""
    try:
        workload = workload_of(cluster.settings, cluster.server_version)
    except ValueError:
        return None
    version = workload.server_version
    return {
        one.name: NamespaceData(one.objects + one.tombstones, stored_record_bytes(one, version), one.writes_per_second)
        for one in workload.namespaces
    }


@dataclass(frozen=True)
class CellData:
    """Answers for the clusters of a cell that changes from ``base`` to ``head``: by NAMESPACE/NAME of the resource."""

    base: Resolution | None
    head: Resolution | None

    def __call__(self, name: str) -> tuple[Load | None, Rates]:
        """Return the data of a cluster, and its rates. A namespace that head does not have any more has base's data."""
        sides = [(side, of_side[name]) for side, of_side in self._clusters if name in of_side]
        if not sides:
            return None, DEFAULT_RATES
        loads = [load for _, cluster in sides if (load := load_of(cluster)) is not None]
        merged = {namespace: data for load in loads for namespace, data in load.items()}
        return merged or None, _rates(*sides[-1])

    @cached_property
    def _clusters(self) -> list[tuple[Resolution, Mapping[str, Cluster]]]:
        return [
            (side, {f"{one.namespace}/{one.resource_name}": one for one in _deployed(side)})
            for side in (self.base, self.head)
            if side
        ]


def resolved_clusters(side: CellAnalysis | None) -> Iterator[Cluster]:
    """Yield the clusters of one side that are deployed."""
    return _deployed(side.resolution if side else None)


def _deployed(side: Resolution | None) -> Iterator[Cluster]:
    cell = side.cell if side else None
    return (cluster for cluster in (cell.clusters if cell else ()) if cluster.is_deployed)


def _rates(side: Resolution, cluster: Cluster) -> Rates:
    """Return the figures that the cell measured, the lines of the pool's hosts, and planning figures for the rest."""
    source = side.source
    if source is None or source.cell is None:
        return DEFAULT_RATES
    lines = [model.network for model in pool_models(source, cluster.settings)]
    found = DEFAULT_RATES
    if lines:
        low, high = (line * PERCENT_OF_LINE // 100 // BITS for line in (min(lines), max(lines)))
        found = replace(found, network_bytes_per_second=Span(low, high))
    return found.measured(source.cell.file.measured.figures())
