"""The settings that hold a workload: memory of the pod, and the limits the server itself keeps.

The container trap: the server compares stop-writes-sys-memory-pct with the memory of the *host*; from 8.1.2 on with
that of its container, where cgroup-mem-tracking is true and the container has a limit. A pod is killed at its own limit
long before its host is full. So what protects a pod is that indexes-memory-budget and data-size of all its namespaces,
and all the rest it takes, lie below its limit.

With cgroup-mem-tracking on, what counts as used is the cgroup's memory.current: it has shared memory (index and data in
memory) and the kernel's cache of files in it (aerospike-server 8.1.2, os.c).
"""

from __future__ import annotations

from dataclasses import dataclass

from aerofleet.aerospike.sizing.assumptions import Assumptions
from aerofleet.aerospike.sizing.index import (
    DEFAULT_SPRIGS,
    memory_within_budget_bytes,
    tree_bytes,
)
from aerofleet.aerospike.sizing.namespace import NamespaceNeed, cache_bytes, index_arenas
from aerofleet.aerospike.sizing.node import NodeNeed, process_bytes
from aerofleet.aerospike.sizing.server import PARTITIONS, ServerFacts, Version, server_facts
from aerofleet.aerospike.sizing.workload import Storage

STOP_WRITES_SYS_MEMORY_PERCENT = 90
"""Default of stop-writes-sys-memory-pct (configuration schema 7.0–8.1)."""
STOP_WRITES_USED_PERCENT = 70
STOP_WRITES_AVAILABLE_PERCENT = 5


@dataclass(frozen=True, slots=True)
class NamespaceSettings:
    """What a namespace is configured with. 0 = the parameter is not set: no budget, no data in memory, no mounts.
    The budget is planned for in 7.0 too, but no parameter holds it there: see :attr:`PodSettings.index_budget`.

    ``memory_size_bytes`` (before 7.0) stands for budget and data-size. ``device_bytes``: capacity of its devices.
    ``partitions``: copies a node can come to hold, of 4096. ``record_limit_bytes``: max-record-size, before 7.1
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
    """Request = limit of the pod's memory and cores, and what the server in it is configured with.

    ``cgroup_memory_tracking``: set it, since the server can do it; then ``stop_writes_sys_memory_percent`` is of the
    pod's limit. Where it is false, the percentage is of the host's memory, and only the budgets protect the pod.
    """

    memory_bytes: int
    cores: int
    namespaces: tuple[NamespaceSettings, ...]
    server_version: Version
    tls: bool = False
    cgroup_memory_tracking: bool = False
    stop_writes_sys_memory_percent: int = STOP_WRITES_SYS_MEMORY_PERCENT

    @property
    def index_budget(self) -> bool:
        """Whether the server has indexes-memory-budget (since 7.1). In 7.0 nothing holds the indexes to it."""
        return server_facts(self.server_version).index_budget


def pod_settings(need: NodeNeed, version: Version, tls: bool) -> PodSettings:
    """The settings that hold ``need``."""
    return PodSettings(
        memory_bytes=need.memory_limit_bytes,
        cores=need.cores,
        namespaces=tuple(namespace_settings(each) for each in need.namespaces),
        server_version=version,
        tls=tls,
        cgroup_memory_tracking=server_facts(version).cgroup_memory_tracking,
    )


def namespace_settings(need: NamespaceNeed) -> NamespaceSettings:
    return NamespaceSettings(
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
    """The memory a pod can come to take before any limit of its namespaces stops it."""
    facts = server_facts(pod.server_version)
    taken = (configured_namespace_bytes(each, facts, assumed) for each in pod.namespaces)
    return process_bytes(pod.tls, assumed) + sum(taken)


def configured_namespace_bytes(namespace: NamespaceSettings, facts: ServerFacts, assumed: Assumptions) -> int:
    """All the memory the namespace can come to take at these settings, not of index and data alone."""
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


def configured_index_bytes(namespace: NamespaceSettings) -> int:
    arenas = index_arenas(namespace.storage, namespace.secondary_indexes)
    budget = namespace.indexes_memory_budget_bytes
    return memory_within_budget_bytes(budget, arenas, namespace.set_indexes, namespace.partitions)


def configured_data_bytes(namespace: NamespaceSettings) -> int:
    """Memory is as large as the devices behind it, block for block (aerospike-server 7.0–8.1, drv_mem.c)."""
    mirrored = namespace.device_bytes if namespace.storage is Storage.MEMORY_AND_DEVICE else 0
    return max(namespace.data_size_bytes, mirrored)
