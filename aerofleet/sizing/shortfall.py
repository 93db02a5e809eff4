"""Check a written size: the pod's memory against the limits in its settings, and the size against the workload."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aerofleet.sizing.assumptions import Assumptions
from aerofleet.sizing.cluster import DEFAULTS, sized
from aerofleet.sizing.namespace import NamespaceNeed
from aerofleet.sizing.pod import NamespaceLimits, PodSettings, configured_memory_bytes
from aerofleet.sizing.server import INDEX_STAGE_BYTES, divide_up
from aerofleet.sizing.workload import Capacity, Device, Workload


@dataclass(frozen=True, slots=True)
class Shortfall:
    """``path``: the setting that is too small (``namespaces.shop.data_size_bytes``)."""

    path: str
    need: float
    have: float
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class SizeToCheck:
    """The written size of a cluster. ``devices``: those of one pod."""

    racks: int
    nodes_per_rack: int
    pod: PodSettings
    network_bits_per_second: int
    devices: tuple[Device, ...] = ()


def shortfalls(workload: Workload, size: SizeToCheck, assumptions: Assumptions = DEFAULTS) -> tuple[Shortfall, ...]:
    """Return the shortfalls of a size against ``workload`` until the planned date; empty if the size carries it.

    Raises ValueError if the namespaces of workload and pod are not the same.
    """
    pod = size.pod
    settings = {namespace.name: namespace for namespace in pod.namespaces}
    if set(settings) != {namespace.name for namespace in workload.namespaces}:
        raise ValueError("workload and pod do not have the same namespaces")
    capacity = Capacity(pod.memory_bytes, pod.cores, size.network_bits_per_second, size.devices)
    sizing = sized(workload, capacity, size.racks, size.nodes_per_rack, assumptions)
    lacks = [
        Shortfall(str(lack.constraint), lack.need, lack.have, lack.unit, "a node needs more than it has")
        for lack in sizing.missing
    ]
    for need in sizing.date.namespaces:
        lacks += namespace_shortfalls(need, settings[need.name])
    return (*lacks, *memory_shortfalls(pod, assumptions))


def namespace_shortfalls(need: NamespaceNeed, settings: NamespaceLimits) -> Iterator[Shortfall]:
    """Yield the capacities that are too small, in bytes, and a percentage at which writes would stop."""
    path = f"namespaces.{need.name}"
    limited = settings.indexes_memory_budget_bytes
    if limited and limited < need.index_used_bytes:
        reason = "writes stop when the indexes pass their budget"
        yield Shortfall(f"{path}.indexes_memory_budget_bytes", need.indexes_memory_budget_bytes, limited, "B", reason)
    for name, reason in CAPACITIES.items():
        wanted, there = getattr(need, name), getattr(settings, CONFIGURED.get(name, name))
        if wanted > there:
            yield Shortfall(f"{path}.{CONFIGURED.get(name, name)}", wanted, there, "B", reason)
    capacity = settings.data_size_bytes or settings.device_bytes
    stop = settings.stop_writes_used_percent
    if stop and capacity and need.data_bytes * 100 >= stop * capacity:
        used = divide_up(need.data_bytes * 100, capacity)
        yield Shortfall(f"{path}.stop_writes_used_percent", used, stop, "%", "writes stop after the loss planned for")


CAPACITIES = {
    "data_size_bytes": "data in memory, with room for defragmentation",
    "memory_size_bytes": "data and indexes in memory",
    "device_bytes": "data on devices, with room for defragmentation",
    "mounts_bytes": "index on flash",
    "record_limit_bytes": "larger records are refused",
}
CONFIGURED = {"mounts_bytes": "mounts_budget_bytes"}
"""Need → the setting that provides it, where the names differ."""


def memory_shortfalls(pod: PodSettings, assumptions: Assumptions = DEFAULTS) -> tuple[Shortfall, ...]:
    """Return the shortfalls of the pod's memory limit against the limits in its settings; empty if it covers all."""
    return (*missing_budgets(pod), *limit_shortfalls(pod, configured_memory_bytes(pod, assumptions)))


def missing_budgets(pod: PodSettings) -> Iterator[Shortfall]:
    reason = "without a budget nothing stops the indexes from growing past the pod's limit"
    for namespace in pod.namespaces:
        limited = namespace.indexes_memory_budget_bytes or namespace.memory_size_bytes
        if not limited and (namespace.storage.index_in_memory or namespace.secondary_indexes or namespace.set_indexes):
            yield Shortfall(
                f"namespaces.{namespace.name}.indexes_memory_budget_bytes", INDEX_STAGE_BYTES, 0, "B", reason
            )


def limit_shortfalls(pod: PodSettings, need: int) -> Iterator[Shortfall]:
    have = pod.memory_bytes
    if need > have:
        yield Shortfall("memory_bytes", need, have, "B", "the pod is killed before any limit stops writes")
    elif pod.cgroup_memory_tracking and need * 100 > pod.stop_writes_sys_memory_percent * have:
        least = divide_up(need * 100, pod.stop_writes_sys_memory_percent)
        yield Shortfall(
            "memory_bytes", least, have, "B", "writes stop at stop-writes-sys-memory-pct of the pod's limit"
        )
