"""How near each namespace comes to the limits where its writes stop: now, at the peak, at the date, after the loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aerofleet.aerospike.sizing.cluster import Sizing
from aerofleet.aerospike.sizing.namespace import STOP_WRITES_PERCENT_BEFORE_7, NamespaceNeed
from aerofleet.aerospike.sizing.pod import NamespaceSettings
from aerofleet.aerospike.sizing.server import Version


@dataclass(frozen=True, slots=True)
class Threshold:
    """Percent of what the pod's settings give, on the node that carries most. ``of``: indexes, data or memory. Writes
    stop at ``stop``, which ``parameter`` sets."""

    namespace: str
    of: str
    parameter: str
    now: float
    peak: float
    date: float
    stop: int


def thresholds(sizing: Sizing) -> Iterator[Threshold]:
    """Those of every namespace that its pod has a setting for."""
    version = sizing.workload.server_version
    needs = zip(sizing.now.namespaces, sizing.peak.namespaces, sizing.date.namespaces, strict=True)
    for given, moments in zip(sizing.pod.namespaces, needs, strict=True):
        for of, parameter, stop, held, used in limits_of(given, moments, version):
            if held:
                now, peak, date = (round(100 * each / held, 1) for each in used)
                yield Threshold(given.name, of, parameter, now, peak, date, stop)


def limits_of(
    given: NamespaceSettings, moments: tuple[NamespaceNeed, ...], version: Version
) -> Iterator[tuple[str, str, int, int, list[int]]]:
    """What is used, parameter, percent at which writes stop, bytes that are 100 %, and those used at each moment."""
    indexes = [each.index_used_bytes for each in moments]
    data = [each.data_bytes for each in moments]
    if version < (7, 0):
        held = [used + (each if given.storage.data_in_memory else 0) for used, each in zip(indexes, data, strict=True)]
        yield "memory", "stop-writes-pct", STOP_WRITES_PERCENT_BEFORE_7, given.memory_size_bytes, held
        if given.storage.data_in_memory or version < (6, 3):
            return
    elif version >= (7, 1):
        yield "indexes", "indexes-memory-budget", 100, given.indexes_memory_budget_bytes, indexes
    parameter = "max-used-pct" if version < (7, 0) else "stop-writes-used-pct"
    yield "data", parameter, given.stop_writes_used_percent, given.data_size_bytes or given.device_bytes, data
