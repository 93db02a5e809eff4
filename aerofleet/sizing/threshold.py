"""The use of each namespace, in percent of its limits for writes: now, at the peak, at the date, after the loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aerofleet.sizing.cluster import Sizing
from aerofleet.sizing.namespace import STOP_WRITES_PERCENT_BEFORE_7, NamespaceNeed
from aerofleet.sizing.pod import NamespaceLimits
from aerofleet.sizing.server import Version


@dataclass(frozen=True, slots=True)
class Threshold:
    """The use on the fullest node, in percent of the capacity in the pod's settings. ``of``: indexes, data or memory.
    Writes stop at ``stop`` percent, which ``parameter`` sets."""

    namespace: str
    of: str
    parameter: str
    now: float
    peak: float
    date: float
    stop: int


def thresholds(sizing: Sizing) -> Iterator[Threshold]:
    """Yield the threshold of every limit that a namespace has in its pod's settings."""
    version = sizing.workload.server_version
    needs = zip(sizing.now.namespaces, sizing.peak.namespaces, sizing.date.namespaces, strict=True)
    for settings, moments in zip(sizing.pod.namespaces, needs, strict=True):
        for of, parameter, stop, capacity, used in limits_of(settings, moments, version):
            if capacity:
                now, peak, date = (round(100 * bytes_used / capacity, 1) for bytes_used in used)
                yield Threshold(settings.name, of, parameter, now, peak, date, stop)


def limits_of(
    settings: NamespaceLimits, moments: tuple[NamespaceNeed, ...], version: Version
) -> Iterator[tuple[str, str, int, int, list[int]]]:
    """Yield (kind of use, parameter, percent at which writes stop, capacity in bytes, bytes used at each moment)."""
    indexes = [need.index_used_bytes for need in moments]
    data = [need.data_bytes for need in moments]
    if version < (7, 0):
        in_memory = data if settings.storage.data_in_memory else [0] * len(data)
        memory = [index_bytes + data_bytes for index_bytes, data_bytes in zip(indexes, in_memory, strict=True)]
        yield "memory", "stop-writes-pct", STOP_WRITES_PERCENT_BEFORE_7, settings.memory_size_bytes, memory
        if settings.storage.data_in_memory or version < (6, 3):
            return
    elif version >= (7, 1):
        yield "indexes", "indexes-memory-budget", 100, settings.indexes_memory_budget_bytes, indexes
    parameter = "max-used-pct" if version < (7, 0) else "stop-writes-used-pct"
    yield "data", parameter, settings.stop_writes_used_percent, settings.data_size_bytes or settings.device_bytes, data
