"""The storage for data in write blocks, on devices or in memory, and the load on the devices."""

from __future__ import annotations

from aerofleet.sizing.server import (
    DEFRAG_RESERVE_BLOCKS,
    DEVICE_HEADER_BYTES,
    KIB,
    MAX_DEVICE_BYTES,
    MEMORY_RESERVE_BLOCKS,
    MIB,
    STRIPES,
    divide_up,
    round_up,
)

ACT_READS_PER_SECOND = 2000
ACT_RECORD_BYTES = 1500
ACT_WRITTEN_BYTES_PER_SECOND = 1000 * ACT_RECORD_BYTES * 2
"""ACT's load at 1x, for one device: 1,000 writes a second (README 6.6) with an amplification of 2 (cfg_storage.c)."""
PAGE_BYTES = 4 * KIB
"""The least that a device writes at once (aerospike-server drv_common.h, HI_IO_MIN_SIZE)."""
SECONDS_PER_DAY = 86_400


def blocks_bytes(records: int, record_bytes: int, block_bytes: int) -> int:
    """Return the storage for ``records`` equal records: no record crosses the end of a write block. ``record_bytes`` is
    no more than ``block_bytes``.
    """
    return divide_up(records, block_bytes // record_bytes) * block_bytes


def capacity_bytes(steady_bytes: int, worst_bytes: int, steady_percent: int, worst_percent: int) -> int:
    """Return the storage with which use exceeds neither limit: with all nodes up, and after the loss."""
    return max(divide_up(steady_bytes * 100, steady_percent), divide_up(worst_bytes * 100, worst_percent))


def reserve_bytes(block_bytes: int, reserve_blocks: int = DEFRAG_RESERVE_BLOCKS) -> int:
    """Return the bytes of a device or stripe that hold no records: its header and the blocks for defragmentation."""
    return DEVICE_HEADER_BYTES + reserve_blocks * block_bytes


def device_capacity_bytes(
    capacity: int, devices: int, block_bytes: int, reserve_blocks: int = DEFRAG_RESERVE_BLOCKS
) -> int:
    """Return ``capacity`` spread over ``devices`` equal devices, in whole blocks, with the reserve of every device."""
    reserves = devices * reserve_bytes(block_bytes, reserve_blocks)
    return round_up(capacity, max(1, devices) * block_bytes) + reserves


def memory_stripes(capacity: int, block_bytes: int) -> int:
    """Return the number of stripes of data in memory without a backing device."""
    return max(STRIPES, divide_up(capacity, MAX_DEVICE_BYTES - reserve_bytes(block_bytes, MEMORY_RESERVE_BLOCKS)))


def data_size_bytes(
    capacity: int, stripes: int, block_bytes: int, minimum_bytes: int, *, is_backed: bool = False
) -> int:
    """Return the data-size of an in-memory namespace. A stripe has the layout of a device, but a reserve of one block
    unless a device or file backs it (``is_backed``)."""
    reserve_blocks = DEFRAG_RESERVE_BLOCKS if is_backed else MEMORY_RESERVE_BLOCKS
    return max(minimum_bytes, device_capacity_bytes(capacity, stripes, block_bytes, reserve_blocks))


def write_bytes_per_second(
    writes_per_second: int, record_bytes: int, defrag_lwm_percent: int, *, commit: bool = False
) -> int:
    """Return the bytes written per second to the devices of a node that takes ``writes_per_second``: every byte is
    moved by defragmentation until its block is freed, 100 / (100 − defrag-lwm-pct) times in all (ACT, cfg_storage.c).
    With commit-to-device the first time is a write of its own, of whole pages.
    """
    amplified = divide_up(writes_per_second * record_bytes * 100, 100 - defrag_lwm_percent)
    if not commit:
        return amplified
    return amplified + writes_per_second * (round_up(record_bytes, PAGE_BYTES) - record_bytes)


def act_load(reads_per_second: int, record_bytes: int, written_bytes_per_second: int) -> float:
    """Return the load on one device in multiples of ACT's 1x. Reads of a record above 1.5 KB count in proportion; reads
    of smaller records count in full, since they cost a device the same. Writes go out in large blocks, so they count by
    their bytes.
    """
    return max(
        reads_per_second * max(1.0, record_bytes / ACT_RECORD_BYTES) / ACT_READS_PER_SECOND,
        written_bytes_per_second / ACT_WRITTEN_BYTES_PER_SECOND,
    )


def persisted_bytes_before_7(heap_bytes: int) -> int:
    """Return the size of the file or device that backs data in memory before 7.0: four times the data
    (capacity-planning guide, 2019).
    """
    return round_up(4 * heap_bytes, MIB)
