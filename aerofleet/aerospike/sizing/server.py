"""Facts of the server that change with its version, and fixed sizes it allocates memory and storage in."""

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
MAX_NODES = 256
"""Nodes of an Enterprise cluster since 5.0 (aerospike-server fabric/hb.h)."""
MAX_RECORD_BYTES = 8 * MIB
"""A record lies in one write block; the largest there is since 7.1 has 8 MiB."""
STRIPES = 8
"""Least number of stripes that in-memory data is cut into (aerospike-server 7.0, storage_memory)."""
DEFRAG_RESERVE_BLOCKS = 8
DEVICE_HEADER_BYTES = 8 * MIB


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What holds from version ``since`` on, until the next entry.

    ``device_block_bytes``, ``memory_block_bytes``: write blocks, the unit of allocation; 0 where data in memory is
    heap. ``end_mark_bytes``: mark behind each record on a device. ``data_size_minimum_bytes``: least data-size of an
    in-memory namespace. ``index_budget``: there is indexes-memory-budget. ``cgroup_memory_tracking``: the server can
    look at the pod's memory instead of the host's. ``flat_layout``: records have the layout of 4.2 and later.
    """

    since: Version
    device_block_bytes: int
    memory_block_bytes: int
    end_mark_bytes: int
    data_size_minimum_bytes: int
    index_budget: bool = True
    cgroup_memory_tracking: bool = False
    flat_layout: bool = True


FACTS = (
    ServerFacts((8, 1, 2), 8 * MIB, 8 * MIB, 4, 512 * MIB, cgroup_memory_tracking=True),
    ServerFacts((8, 1), 8 * MIB, 8 * MIB, 4, 512 * MIB),
    ServerFacts((8, 0), 8 * MIB, 8 * MIB, 4, 256 * MIB),
    ServerFacts((7, 1), 8 * MIB, 8 * MIB, 4, 128 * MIB),
    ServerFacts((7, 0), MIB, 8 * MIB, 4, GIB, index_budget=False),
    ServerFacts((6, 0), MIB, 0, 4, 0, index_budget=False),
    ServerFacts((4, 2), MIB, 0, 0, 0, index_budget=False),
    ServerFacts((3, 1), MIB, 0, 0, 0, index_budget=False, flat_layout=False),
)
"""Source: public configuration schemas (data-size minimum, default of write-block-size), aerospike-server
drv_common.h (write blocks of 8 MiB since 7.1) and flat.h (layout, END_MARK)."""


@lru_cache(maxsize=64)
def server_facts(version: Version) -> ServerFacts:
    """The entry that holds for ``version``. Raises ValueError below 3.1."""
    for facts in FACTS:
        if version >= facts.since:
            return facts
    raise ValueError(f"server {'.'.join(map(str, version))} is older than 3.1, which this sizing does not know")


def parse_version(text: str) -> Version:
    """``"8.1.1.0"`` → ``(8, 1, 1, 0)``. Raises ValueError."""
    parts = text.split(".")
    if not 2 <= len(parts) <= 4 or not all(part.isdecimal() for part in parts):
        raise ValueError(f"'{text}' is no server version; it is written like 8.1.1")
    return tuple(map(int, parts))


def round_up(value: int, unit: int) -> int:
    return -(-value // unit) * unit


def divide_up(value: int, divisor: int) -> int:
    return -(-value // divisor)
