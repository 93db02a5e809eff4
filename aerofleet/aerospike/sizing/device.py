"""What data takes in write blocks, on devices or in memory, and how fast the devices have to be."""

from __future__ import annotations

from aerofleet.aerospike.sizing.server import (
    DEFRAG_RESERVE_BLOCKS,
    DEVICE_HEADER_BYTES,
    MAX_RECORD_BYTES,
    MIB,
    STRIPES,
    divide_up,
    round_up,
)

ACT_READS_PER_SECOND = 2000
ACT_WRITES_PER_SECOND = 1000
ACT_RECORD_BYTES = 1500
"""ACT's load at 1x, for one device (ACT README 6.6)."""
ACT_WRITE_AMPLIFICATION = 2
SECONDS_PER_DAY = 86_400
TOMBSTONE_BYTES = 64
"""A tombstone of a set with a name of up to 24 characters: 35 + 25 + mark 4."""


def blocks_bytes(records: int, record_bytes: int, block_bytes: int) -> int:
    """Storage for ``records`` equal records: no record crosses the end of a write block."""
    block = block_bytes if record_bytes <= block_bytes else MAX_RECORD_BYTES
    return divide_up(records, block // record_bytes) * block


def capacity_bytes(steady_bytes: int, worst_bytes: int, steady_percent: int, worst_percent: int) -> int:
    """Storage to provide so that use passes neither limit: with all nodes up, and after the loss."""
    return max(divide_up(steady_bytes * 100, steady_percent), divide_up(worst_bytes * 100, worst_percent))


def device_reserve_bytes(devices: int, block_bytes: int) -> int:
    """Header, and the blocks that defragmentation keeps for itself, of each device."""
    return devices * (DEVICE_HEADER_BYTES + DEFRAG_RESERVE_BLOCKS * block_bytes)


def data_size_bytes(capacity: int, block_bytes: int, minimum_bytes: int) -> int:
    """data-size of an in-memory namespace: the capacity and the defragmentation reserve of its stripes, in whole
    blocks for each stripe."""
    reserve = STRIPES * DEFRAG_RESERVE_BLOCKS * block_bytes
    return max(minimum_bytes, round_up(capacity + reserve, STRIPES * block_bytes))


def write_bytes_per_second(writes_per_second: int, record_bytes: int, defrag_lwm_percent: int) -> int:
    """Bytes written to the devices of a node that takes ``writes_per_second``: every byte is moved by
    defragmentation until its block is freed, 100 / (100 − defrag-lwm-pct) times in all (ACT, cfg_storage.c)."""
    return divide_up(writes_per_second * record_bytes * 100, 100 - defrag_lwm_percent)


def act_load(reads_per_second: int, writes_per_second: int, record_bytes: int, defrag_lwm_percent: int) -> float:
    """Load in multiples of ACT's 1x on one device. A record above 1.5 KB counts in proportion; smaller ones count
    full, since a read costs a device the same. ACT itself writes with an amplification of 2."""
    size = max(record_bytes, ACT_RECORD_BYTES) / ACT_RECORD_BYTES
    amplification = 100 / (100 - defrag_lwm_percent) / ACT_WRITE_AMPLIFICATION
    return max(
        reads_per_second * size / ACT_READS_PER_SECOND,
        writes_per_second * size * amplification / ACT_WRITES_PER_SECOND,
    )


def persisted_bytes_before_7(heap_bytes: int) -> int:
    """File or device behind data in memory before 7.0: four times the data (capacity-planning guide, 2019)."""
    return round_up(4 * heap_bytes, MIB)
