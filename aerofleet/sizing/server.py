"""Facts of the server by version, and the fixed sizes in which it allocates memory and storage."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

KIB, MIB, GIB, TIB = 1 << 10, 1 << 20, 1 << 30, 1 << 40

Version = tuple[int, ...]

PARTITIONS = 4096
"""Partitions of a namespace (aerospike-server fabric/partition.h, AS_PARTITIONS)."""
INDEX_STAGE_BYTES = GIB
"""Default of index-stage-size and sindex-stage-size: the index arenas grow by whole stages (aerospike-server 8.1)."""
MAX_DEVICE_BYTES = 2 * TIB
MAX_DEVICES = 128
"""Most devices of a namespace on a node (aerospike-server storage.h)."""
MAX_NODES = 256
"""Most nodes of an Enterprise cluster since 5.0 (Aerospike documentation, System limits and thresholds)."""
MAX_RECORD_BYTES = 8 * MIB
"""Largest record: a record is in one write block, and the largest block has 8 MiB."""
DEFAULT_RECORD_LIMIT_BYTES = MIB
"""Default of max-record-size, and before 7.1 of write-block-size (configuration schemas)."""
STRIPES = 8
"""Least number of stripes that in-memory data is cut into; each has MAX_DEVICE_BYTES at most and a header like a device
(aerospike-server 7.0–8.1, drv_mem.c)."""
DEFRAG_RESERVE_BLOCKS = 8
"""Write blocks of a device, or of a stripe with a backing device or file, that are never for clients' writes
(aerospike-server drv_common.h, DRV_DEFRAG_RESERVE)."""
MEMORY_RESERVE_BLOCKS = 1
"""The same for a stripe without a backing device or file (aerospike-server 7.0–8.1, drv_mem.c, mwb_get)."""
DEVICE_HEADER_BYTES = 8 * MIB


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """The facts from version ``since`` on, until the next entry.

    ``device_block_bytes``, ``memory_block_bytes``: write blocks, the unit of allocation; 0 where data in memory is
    heap. ``end_mark_bytes``: mark behind each record in a block. ``data_size_minimum_bytes``: least data-size of an
    in-memory namespace. ``index_budget``: there is indexes-memory-budget. ``cgroup_memory_tracking``: the server can
    look at the pod's memory instead of the host's. ``flat_layout``: records have the layout of 4.2 and later.
    ``record_limit``: there is a max-record-size of 1 MiB by default; before it is write-block-size that limits records.
    ``sets``: sets a namespace can have.
    """

    since: Version
    device_block_bytes: int
    memory_block_bytes: int
    end_mark_bytes: int
    data_size_minimum_bytes: int
    index_budget: bool = True
    cgroup_memory_tracking: bool = False
    flat_layout: bool = True
    record_limit: bool = True
    sets: int = 4095


NEWEST = (8, 2)
"""The newest server whose layouts and defaults are known."""

FACTS = (
    ServerFacts((8, 1, 2), 8 * MIB, 8 * MIB, 4, 512 * MIB, cgroup_memory_tracking=True),
    ServerFacts((8, 1), 8 * MIB, 8 * MIB, 4, 512 * MIB),
    ServerFacts((8, 0), 8 * MIB, 8 * MIB, 4, 256 * MIB),
    ServerFacts((7, 1), 8 * MIB, 8 * MIB, 4, 128 * MIB),
    ServerFacts((7, 0), MIB, 8 * MIB, 4, GIB, index_budget=False, record_limit=False),
    ServerFacts((6, 0), MIB, 0, 4, 0, index_budget=False, record_limit=False, sets=1023),
    ServerFacts((4, 2), MIB, 0, 0, 0, index_budget=False, record_limit=False, sets=1023),
    ServerFacts((3, 1), MIB, 0, 0, 0, index_budget=False, record_limit=False, sets=1023, flat_layout=False),
)
"""Source: public configuration schemas (data-size minimum, defaults of write-block-size and max-record-size),
aerospike-server drv_common.h (write blocks of 8 MiB since 7.1), flat.h (layout, END_MARK), datamodel.h (sets)."""


@lru_cache(maxsize=64)
def server_facts(version: Version) -> ServerFacts:
    """Return the entry for ``version``. Raises ValueError below 3.1."""
    for facts in FACTS:
        if version >= facts.since:
            return facts
    raise ValueError(f"server {'.'.join(map(str, version))} is older than 3.1, the oldest version that can be sized")


def record_limit_bytes(facts: ServerFacts, record_bytes: int) -> int:
    """Return the max-record-size, or before 7.1 the write-block-size, that a record needs; 0 = the default."""
    if record_bytes <= DEFAULT_RECORD_LIMIT_BYTES:
        return 0
    return record_bytes if facts.record_limit else 1 << (record_bytes - 1).bit_length()


def size_class_bytes(size: int) -> int:
    """Return the bytes that the server's allocator takes for one allocation of ``size`` bytes: four classes to each
    power of two, 16 bytes apart at least (jemalloc).
    """
    return round_up(size, size_class_step_bytes(size))


def size_class_step_bytes(size: int) -> int:
    """Return the distance between the allocator's size classes at ``size`` bytes."""
    return max(16, 1 << max(0, (size - 1).bit_length() - 3))


def round_up(value: int, unit: int) -> int:
    return -(-value // unit) * unit


def divide_up(value: int, divisor: int) -> int:
    return -(-value // divisor)
