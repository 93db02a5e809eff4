"""The settings that carry a workload: memory of the pod, and the limits that the server itself enforces.

The container trap: the server compares stop-writes-sys-memory-pct with the memory of the *host*; from 8.1.2 on with
that of its container, where cgroup-mem-tracking is true and the container has a limit. A pod is killed at its own limit
long before its host is full. So a pod is safe only if indexes-memory-budget and data-size of all its namespaces, and
all other memory of the server, are together below its limit.

With cgroup-mem-tracking on, the server counts the cgroup's memory.current, which includes shared memory (index and data
in memory) and the kernel's cache of files (aerospike-server 8.1.2, os.c).
"""

from __future__ import annotations

from dataclasses import dataclass

from aerofleet.sizing.assumptions import Assumptions
from aerofleet.sizing.index import (
    DEFAULT_SPRIGS,
    memory_within_budget_bytes,
    tree_bytes,
)
from aerofleet.sizing.namespace import NamespaceNeed, cache_bytes, index_arenas
from aerofleet.sizing.node import NodeNeed, process_bytes
from aerofleet.sizing.server import PARTITIONS, ServerFacts, Version, server_facts
from aerofleet.sizing.workload import Storage

STOP_WRITES_SYS_MEMORY_PERCENT = 90
"""Default of stop-writes-sys-memory-pct (configuration schema 7.0–8.1)."""
STOP_WRITES_USED_PERCENT = 70
STOP_WRITES_AVAILABLE_PERCENT = 5


@dataclass(frozen=True, slots=True)
class NamespaceLimits:
    """The configuration of a namespace. 0 = the parameter is not set: no budget, no data in memory, no mounts.
    The plan has a budget for 7.0, too, but no parameter enforces it there: see :attr:`PodSettings.index_budget`.

    ``memory_size_bytes`` (before 7.0) replaces budget and data-size. ``device_bytes``: capacity of its devices.
    ``partitions``: the most copies on a node, of 4096. ``record_limit_bytes``: max-record-size, before 7.1
    write-block-size.
    """

    name: str
    storage: Storage
    indexes_memory_budget_bytes: int = 0
    data_size_bytes: int = 0
    memory_size_bytes: int = 0
    device_bytes: int = 0
    devices: int = 0
    mounts_budget_bytes: int = 0
    partition_tree_sprigs: int = DEFAULT_SPRIGS
    partitions: int = PARTITIONS
    secondary_indexes: int = 0
    set_indexes: int = 0
    record_limit_bytes: int = 0
    stop_writes_used_percent: int = STOP_WRITES_USED_PERCENT
    stop_writes_available_percent: int = STOP_WRITES_AVAILABLE_PERCENT


@dataclass(frozen=True, slots=True)
class PodSettings:
    """Request and limit (equal) of the pod's memory and cores, and the configuration of its server.

    ``cgroup_memory_tracking``: the server supports it, so it is set; then ``stop_writes_sys_memory_percent`` is of the
    pod's limit. Where it is false, the percentage is of the host's memory, and only the budgets protect the pod.
    """

    memory_bytes: int
    cores: int
    namespaces: tuple[NamespaceLimits, ...]
    server_version: Version
    tls: bool = False
    cgroup_memory_tracking: bool = False
    stop_writes_sys_memory_percent: int = STOP_WRITES_SYS_MEMORY_PERCENT

    @property
    def index_budget(self) -> bool:
        """Whether the server has indexes-memory-budget (since 7.1). In 7.0 nothing enforces the budget."""
        return server_facts(self.server_version).index_budget


def pod_settings(need: NodeNeed, version: Version, tls: bool) -> PodSettings:
    """Return the settings that carry ``need``."""
    return PodSettings(
        memory_bytes=need.memory_limit_bytes,
        cores=need.cores,
        namespaces=tuple(namespace_settings(namespace) for namespace in need.namespaces),
        server_version=version,
        tls=tls,
        cgroup_memory_tracking=server_facts(version).cgroup_memory_tracking,
    )


def namespace_settings(need: NamespaceNeed) -> NamespaceLimits:
    return NamespaceLimits(
        name=need.name,
        storage=need.storage,
        indexes_memory_budget_bytes=need.indexes_memory_budget_bytes,
        data_size_bytes=need.data_size_bytes,
        memory_size_bytes=need.memory_size_bytes,
        device_bytes=need.device_bytes,
        devices=need.devices,
        mounts_budget_bytes=need.mounts_bytes,
        partition_tree_sprigs=need.sprigs,
        partitions=need.partitions,
        secondary_indexes=need.secondary_indexes,
        set_indexes=need.set_indexes,
        record_limit_bytes=need.record_limit_bytes,
    )


def configured_memory_bytes(pod: PodSettings, assumed: Assumptions) -> int:
    """Return the most memory that a pod takes before a limit of its namespaces stops writes."""
    facts = server_facts(pod.server_version)
    taken = (configured_namespace_bytes(namespace, facts, assumed) for namespace in pod.namespaces)
    return process_bytes(pod.tls, assumed) + sum(taken)


def configured_namespace_bytes(namespace: NamespaceLimits, facts: ServerFacts, assumed: Assumptions) -> int:
    """Return the most memory that the namespace takes with these settings, not only for index and data."""
    limit = namespace.memory_size_bytes
    if not limit:
        limit = configured_index_bytes(namespace) + configured_data_bytes(namespace)
    on_flash = not namespace.storage.index_in_memory
    write_block = 0 if facts.record_limit else namespace.record_limit_bytes
    return (
        limit
        + tree_bytes(namespace.partitions, facts.sets, namespace.partition_tree_sprigs, on_flash=on_flash)
        + cache_bytes(namespace.storage, namespace.devices, write_block, assumed)
    )


def configured_index_bytes(namespace: NamespaceLimits) -> int:
    arenas = index_arenas(namespace.storage, namespace.secondary_indexes)
    budget = namespace.indexes_memory_budget_bytes
    return memory_within_budget_bytes(budget, arenas, namespace.set_indexes, namespace.partitions)


def configured_data_bytes(namespace: NamespaceLimits) -> int:
    """Return the memory of the data: as large as the backing devices, block for block (aerospike-server 7.0–8.1,
    drv_mem.c).
    """
    mirrored = namespace.device_bytes if namespace.storage is Storage.MEMORY_AND_DEVICE else 0
    return max(namespace.data_size_bytes, mirrored)
