"""The need of one namespace on one node: indexes, data, caches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from aerofleet.sizing import device, index
from aerofleet.sizing.assumptions import Assumptions
from aerofleet.sizing.headroom import NamespaceSpread, Spread
from aerofleet.sizing.server import (
    GIB,
    INDEX_STAGE_BYTES,
    MIB,
    PARTITIONS,
    Version,
    divide_up,
    record_limit_bytes,
    round_up,
    server_facts,
)
from aerofleet.sizing.workload import NamespaceLoad, Storage

STOP_WRITES_PERCENT_BEFORE_7 = 90
"""Default of stop-writes-pct, of memory-size (configuration schema 6.4)."""


@dataclass(frozen=True, slots=True)
class NamespaceNeed:
    """The need in bytes on one node. Records, indexes and data are those after the worst loss; ``data_steady_bytes``
    those with all nodes up.

    The server compares ``index_used_bytes`` with ``indexes_memory_budget_bytes``; ``index_memory_bytes`` is the most
    that the arenas take before the budget is reached. ``data_size_bytes`` is 0 where data is not in memory, and
    ``memory_size_bytes`` (before 7.0) takes the place of both budget and data-size. ``record_limit_bytes``: the least
    max-record-size, before 7.1 write-block-size; 0 = the default. ``devices``: number of devices with the data.
    """

    name: str
    storage: Storage
    secondary_indexes: int
    set_indexes: int
    devices: int
    partitions: int
    copies: int
    record_bytes: int
    record_limit_bytes: int
    sprigs: int
    primary_index_bytes: int
    secondary_index_bytes: int
    set_index_bytes: int
    index_used_bytes: int
    index_memory_bytes: int
    indexes_memory_budget_bytes: int
    tree_bytes: int
    data_steady_bytes: int
    data_bytes: int
    data_size_bytes: int
    memory_size_bytes: int
    device_bytes: int
    mounts_bytes: int
    cache_bytes: int

    @property
    def memory_bytes(self) -> int:
        """The most memory that the namespace takes."""
        limit = self.memory_size_bytes or self.index_memory_bytes + self.data_size_bytes
        return limit + self.tree_bytes + self.cache_bytes


class IndexNeed(NamedTuple):
    primary_bytes: int
    secondary_bytes: int
    set_bytes: int
    used_bytes: int
    memory_bytes: int
    budget_bytes: int


class DataNeed(NamedTuple):
    """The need of data. ``size_bytes``: data-size or, before 7.0, the heap of the data; ``device_bytes``: with
    reserves.
    """

    steady_bytes: int
    worst_bytes: int
    size_bytes: int
    device_bytes: int


def namespace_need(
    load: NamespaceLoad, version: Version, spread: NamespaceSpread, assumed: Assumptions
) -> NamespaceNeed:
    """Return the need for ``load``, the namespace at the moment. Raises ValueError for too many records for an index on
    flash."""
    facts, worst = server_facts(version), spread.worst
    copies = node_copies(load.objects + load.tombstones, worst)
    on_flash = load.storage is Storage.ALL_FLASH
    sprigs = (
        index.flash_sprigs(load.objects + load.tombstones, assumed.index_block_fill_percent)
        if on_flash
        else index.DEFAULT_SPRIGS
    )
    indexes = index_need(load, version, worst.partitions, copies)
    record = stored_record_bytes(load, version)
    limit = record_limit_bytes(facts, record) if load.storage.data_on_device or facts.record_limit else 0
    data = data_need(load, record, version, spread, assumed)
    mounts = 0
    if on_flash:
        flash = index.flash_index_bytes(worst.partitions, sprigs)
        mounts = max(index.MOUNTS_MINIMUM_BYTES, divide_up(flash * 100, assumed.mounts_used_percent))
    old_memory = 0
    if version < (7, 0):
        old_memory = memory_size_bytes(indexes.memory_bytes + data.size_bytes)
    devices = spread.devices if load.storage.data_on_device else 0
    return NamespaceNeed(
        name=load.name,
        storage=load.storage,
        secondary_indexes=len(load.secondary_indexes),
        set_indexes=len(load.set_indexes),
        devices=devices,
        partitions=worst.partitions,
        copies=copies,
        record_bytes=record,
        record_limit_bytes=limit,
        sprigs=sprigs,
        primary_index_bytes=indexes.primary_bytes,
        secondary_index_bytes=indexes.secondary_bytes,
        set_index_bytes=indexes.set_bytes,
        index_used_bytes=indexes.used_bytes,
        index_memory_bytes=indexes.memory_bytes,
        indexes_memory_budget_bytes=0 if old_memory else indexes.budget_bytes,
        tree_bytes=index.tree_bytes(worst.partitions, facts.sets, sprigs, on_flash=on_flash),
        data_steady_bytes=data.steady_bytes,
        data_bytes=data.worst_bytes,
        data_size_bytes=0 if old_memory else data.size_bytes,
        memory_size_bytes=old_memory,
        device_bytes=data.device_bytes,
        mounts_bytes=mounts,
        cache_bytes=cache_bytes(load.storage, devices, 0 if facts.record_limit else limit, assumed),
    )


def memory_size_bytes(used: int) -> int:
    """Return memory-size before 7.0, so that the bytes ``used`` stay below stop-writes-pct of it."""
    return round_up(divide_up(used * 100, STOP_WRITES_PERCENT_BEFORE_7) + 1, GIB)


def node_copies(records: int, spread: Spread) -> int:
    return divide_up(records * spread.partitions, PARTITIONS)


def stored_record_bytes(load: NamespaceLoad, version: Version) -> int:
    """Return the bytes of the average record in its storage; on devices if it is both there and in memory."""
    if load.storage is Storage.MEMORY:
        return load.memory_record_bytes(version)
    return load.device_record_bytes(version)


def index_need(load: NamespaceLoad, version: Version, partitions: int, copies: int) -> IndexNeed:
    """Return the need of the indexes. The budget is the next whole stage above the bytes that the server counts as
    used, of a set index only its entries.
    """
    primary = index.primary_index_bytes(copies)
    secondary = sum(
        index.secondary_index_node_bytes(entries, partitions, version) for entries in load.secondary_indexes
    )
    sets = sum(index.set_index_bytes(records, partitions) for records in load.set_indexes)
    arenas = index_arenas(load.storage, len(load.secondary_indexes))
    entries = sum(
        index.set_index_used_bytes(divide_up(records * partitions, PARTITIONS)) for records in load.set_indexes
    )
    used = (primary if load.storage.index_in_memory else 0) + secondary + entries
    if not arenas and not load.set_indexes:
        return IndexNeed(primary, secondary, sets, 0, 0, 0)
    budget = round_up(used + 1, INDEX_STAGE_BYTES)
    memory = index.memory_within_budget_bytes(budget, arenas, len(load.set_indexes), partitions)
    return IndexNeed(primary, secondary, sets, used, memory, budget)


def index_arenas(storage: Storage, secondary_indexes: int) -> int:
    """Return the number of arenas in memory: one for the primary index unless it is on flash, one for all secondary
    indexes.
    """
    return int(storage.index_in_memory) + bool(secondary_indexes)


def data_need(
    load: NamespaceLoad, record: int, version: Version, spread: NamespaceSpread, assumed: Assumptions
) -> DataNeed:
    """Return the storage of one node for the records. ``record``: stored bytes of one record."""
    facts = server_facts(version)
    in_memory = load.storage.data_in_memory
    if in_memory and not facts.memory_block_bytes:
        return heap_need(load, version, spread)
    block = write_block_bytes(load.storage, record, version)

    def used_bytes(spread: Spread) -> int:
        live = device.blocks_bytes(node_copies(load.objects, spread), record, block)
        if not load.tombstones:
            return live
        tombstone = load.tombstone_bytes(version)
        return live + device.blocks_bytes(node_copies(load.tombstones, spread), tombstone, block)

    steady, worst = used_bytes(spread.steady), used_bytes(spread.worst)
    capacity = device.capacity_bytes(steady, worst, assumed.device_used_percent, assumed.device_used_after_loss_percent)
    if in_memory:
        stripes = data_stripes(load.storage, capacity, block, spread.devices)
        backed = load.storage.data_on_device
        size = device.data_size_bytes(capacity, stripes, block, facts.data_size_minimum_bytes, is_backed=backed)
        return DataNeed(steady, worst, size, size if backed else 0)
    return DataNeed(steady, worst, 0, device.device_capacity_bytes(capacity, spread.devices, block))


def write_block_bytes(storage: Storage, record: int, version: Version) -> int:
    """Return the size of a write block on devices or, since 7.0, in memory; 0 if data is heap."""
    facts = server_facts(version)
    if storage.data_in_memory:
        return facts.memory_block_bytes
    larger = 0 if facts.record_limit else record_limit_bytes(facts, record)
    return max(facts.device_block_bytes, larger)


def data_stripes(storage: Storage, capacity: int, block: int, devices: int) -> int:
    """Return the number of stripes of data in memory: one for each backing device, if there is any."""
    return max(1, devices) if storage.data_on_device else device.memory_stripes(capacity, block)


def heap_need(load: NamespaceLoad, version: Version, spread: NamespaceSpread) -> DataNeed:
    """Return the need of data in memory before 7.0: heap, and if it is persisted four times as much on the device."""
    record = load.memory_record_bytes(version)
    after_loss = node_copies(load.objects, spread.worst) * record
    on_device = device.persisted_bytes_before_7(after_loss) if load.storage.data_on_device else 0
    return DataNeed(node_copies(load.objects, spread.steady) * record, after_loss, after_loss, on_device)


def cache_bytes(storage: Storage, devices: int, write_block: int, assumed: Assumptions) -> int:
    """Return the write cache of each device, and the post-write cache if data is read from devices. ``write_block``: a
    write-block-size above the default, 0 = none; before 7.1 the post-write cache is a number of such blocks."""
    behind = 0 if storage.data_in_memory else assumed.post_write_cache_bytes * max(1, write_block // MIB)
    return devices * (assumed.write_cache_bytes + behind)
