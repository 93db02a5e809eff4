"""Memory and flash of the primary index, set indexes and secondary indexes."""

from __future__ import annotations

from math import ceil, erfc, sqrt

from aerofleet.sizing.server import (
    INDEX_STAGE_BYTES,
    KIB,
    PARTITIONS,
    Version,
    divide_up,
    round_up,
    size_class_bytes,
)

INDEX_ENTRY_BYTES = 64
"""One entry for each copy of a record or tombstone (aerospike-server base/index.h)."""
DEFAULT_SPRIGS = 256
MAX_SPRIGS = 1 << 28
"""Bounds of partition-tree-sprigs (aerospike-server base/index.h, NUM_SPRIG_BITS)."""
SPRIG_BYTES = 5
FLASH_SPRIG_BYTES = 13
"""Memory for a sprig on flash: 5 for its handle and 8 for its puddle (all-flash sizing documents)."""
FLASH_SPRIG_BLOCK_BYTES = 4 * KIB
LOCK_PAIRS = 256
TREE_HEADER_BYTES = 56
TREE_POINTER_BYTES = 8
"""A partition's tree has a pair of locks, 8 bytes, for each of 256 parts, a pointer for each set the namespace could
have, used or not, and its sprigs, all in one allocation (aerospike-server base/index.h, as_index_tree)."""
SET_ENTRY_BYTES = 16
"""Entry of a set index for each copy (aerospike-server base/set_index.h)."""
TREE_BLOCK_BYTES = 4 * KIB
"""Set indexes and secondary indexes take memory in such blocks, at least one for each partition."""
TREE_BLOCK_ENTRIES = TREE_BLOCK_BYTES // SET_ENTRY_BYTES
SET_TREE_BYTES = 1280 + 64
"""Heap of the tree of a set index in each partition: 256 roots of 4 bytes, rounded up by the allocator, and its first
list of 8 blocks (aerospike-server base/set_index.h, as_set_index_tree)."""
SET_SLACK_BYTES = SET_TREE_BYTES + TREE_BLOCK_BYTES + SET_ENTRY_BYTES
"""The most memory that a set index of a partition takes beyond its entries: the tree, a block that has just begun, and
the entry that ends all branches."""
SECONDARY_ENTRY_BYTES = 14
"""Value 8 + record reference 6, since 6.0 (secondary-index capacity documents 8.1)."""
MOUNTS_MINIMUM_BYTES = 4 << 30


def primary_index_bytes(entries: int) -> int:
    return INDEX_ENTRY_BYTES * entries


def tree_size_bytes(sets: int, sprigs: int, *, on_flash: bool) -> int:
    """Return the bytes of one partition's tree with its sprigs, before the allocator rounds them up. ``sets``: the most
    sets of a namespace in the server version."""
    sprig = FLASH_SPRIG_BYTES if on_flash else SPRIG_BYTES
    return TREE_HEADER_BYTES + TREE_POINTER_BYTES * (LOCK_PAIRS + 1 + sets) + sprig * sprigs


def tree_bytes(partitions: int, sets: int, sprigs: int, *, on_flash: bool) -> int:
    """Return the heap of the trees of ``partitions`` with their sprigs, as the allocator counts it."""
    return partitions * size_class_bytes(tree_size_bytes(sets, sprigs, on_flash=on_flash))


def flash_sprigs(objects: int, fill_percent: int = 50) -> int:
    """Return partition-tree-sprigs for an index on flash: so many that a 4 KiB block of 64 entries is filled to
    ``fill_percent`` on average, rounded up to a power of two; at least the default of 256. Raises ValueError if a
    partition cannot have so many."""
    per_partition = divide_up(objects * 100, 64 * fill_percent * PARTITIONS)
    if per_partition > MAX_SPRIGS:
        raise ValueError(f"an index on flash has at most {MAX_SPRIGS:,} sprigs a partition, not {per_partition:,}")
    return max(DEFAULT_SPRIGS, 1 << max(0, per_partition - 1).bit_length())


def flash_index_bytes(partitions: int, sprigs: int) -> int:
    """Return the flash that the index itself takes; mounts-budget must be at least that, and 4 GiB."""
    return FLASH_SPRIG_BLOCK_BYTES * sprigs * partitions


def set_index_bytes(records: int, partitions: int) -> int:
    """Return the heap of one set index on a node that holds ``partitions`` partitions with ``records`` records of the
    set in all 4096: in each partition a tree, and whole blocks of entries (aerospike-server base/set_index.c).
    """
    blocks = partitions * blocks_in_ten_thousandths(records) * TREE_BLOCK_BYTES
    return partitions * SET_TREE_BYTES + divide_up(blocks, 10_000)


def blocks_in_ten_thousandths(records: int) -> int:
    """Return the mean number of blocks that a partition's part of a set index takes, × 10,000, rounded up. A block has
    256 places, and the first of the first block is the end of all branches. ``records`` are spread over the 4096
    partitions by their digests: a mean near 255 needs a second block in many of them (Poisson's distribution, as a
    normal one).
    """
    mean = records / PARTITIONS
    spread = sqrt(2 * mean)
    if not spread:
        return 10_000
    least = max(0, int((mean - 6 * spread) / TREE_BLOCK_ENTRIES))
    most = int((mean + 6 * spread) / TREE_BLOCK_ENTRIES) + 1
    further = sum(
        erfc((TREE_BLOCK_ENTRIES * number - 0.5 - mean) / spread) / 2 for number in range(least + 1, most + 1)
    )
    return ceil(10_000 * (1 + least + further))


def set_index_used_bytes(entries: int) -> int:
    return SET_ENTRY_BYTES * entries


def memory_within_budget_bytes(budget: int, arenas: int, set_indexes: int, partitions: int) -> int:
    """Return the most memory that the indexes take before they reach their budget, which counts used bytes only.

    Every arena takes whole stages. So one arena may take the rest of the budget up to a whole stage, and every further
    arena one stage more; every set index its trees and one block per partition.
    """
    in_arenas = round_up(budget, INDEX_STAGE_BYTES) + (arenas - 1) * INDEX_STAGE_BYTES if arenas else budget
    return in_arenas + set_indexes * partitions * SET_SLACK_BYTES


def secondary_index_bytes(entries: int, *, worst: bool = True) -> int:
    """Return the bytes of ``entries`` entries in the B-trees since 6.0: blocks are half full at worst, two thirds on
    average.
    """
    return entries * SECONDARY_ENTRY_BYTES * (4 if worst else 3) // 2


def secondary_index_bytes_before_6(keys: int, records: int, *, text: bool = False) -> int:
    """Return the bytes of a secondary index before 6.0 with ``keys`` different values over ``records`` records
    (capacity-planning guide, 2019): up to 32 records per key are in arrays, more in a B-tree."""
    key_bytes = divide_up(keys * (2844 if text else 1625) * 3, 200)
    if records <= 32 * keys:
        return key_bytes + records * 20 * 2
    return key_bytes + divide_up(records * 2844 * 3, 200)


def secondary_index_node_bytes(entries: int, partitions: int, version: Version) -> int:
    """Return the memory of one secondary index on a node that holds ``partitions`` partitions, with ``entries`` in all
    4096: the worst case, at least a block for each partition; before 6.0 as if every record had a text of its own.
    """
    on_node = divide_up(entries * partitions, PARTITIONS)
    if version < (6, 0):
        return secondary_index_bytes_before_6(on_node, on_node, text=True)
    return max(secondary_index_bytes(on_node), partitions * TREE_BLOCK_BYTES)
