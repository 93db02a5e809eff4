"""Memory and flash of the primary index, set indexes and secondary indexes."""

from __future__ import annotations

from aerofleet.aerospike.sizing.server import INDEX_STAGE_BYTES, KIB, PARTITIONS, Version, divide_up, round_up

INDEX_ENTRY_BYTES = 64
"""One entry for each copy of a record or tombstone (aerospike-server base/index.h)."""
DEFAULT_SPRIGS = 256
SPRIG_BYTES = 5
FLASH_SPRIG_BYTES = 13
"""Memory for a sprig on flash: 5 for its handle and 8 for its puddle (all-flash sizing documents)."""
FLASH_SPRIG_BLOCK_BYTES = 4 * KIB
SET_ENTRY_BYTES = 16
"""Entry of a set index for each copy (aerospike-server base/set_index.h)."""
TREE_BLOCK_BYTES = 4 * KIB
"""Set indexes and secondary indexes take memory in such blocks, at least one for each partition."""
SECONDARY_ENTRY_BYTES = 14
"""Value 8 + record reference 6, since 6.0 (secondary-index capacity documents 8.1)."""
MOUNTS_MINIMUM_BYTES = 4 << 30


def primary_index_bytes(entries: int) -> int:
    return INDEX_ENTRY_BYTES * entries


def staged(used_bytes: int, stage_bytes: int = INDEX_STAGE_BYTES) -> int:
    """Memory taken for ``used_bytes`` of an index arena: whole stages, and one for an empty index."""
    return round_up(max(1, used_bytes), stage_bytes)


def sprig_bytes(partitions: int, sprigs: int = DEFAULT_SPRIGS) -> int:
    return SPRIG_BYTES * sprigs * partitions


def flash_sprigs(objects: int, fill_percent: int = 50) -> int:
    """partition-tree-sprigs for an index on flash: so many that a 4 KiB block of 64 entries is filled to
    ``fill_percent`` on average, rounded up to a power of two; at least the default of 256."""
    per_partition = divide_up(objects * 100, 64 * fill_percent * PARTITIONS)
    return max(DEFAULT_SPRIGS, 1 << max(0, per_partition - 1).bit_length())


def flash_sprig_bytes(partitions: int, sprigs: int) -> int:
    """Memory an index on flash takes."""
    return FLASH_SPRIG_BYTES * sprigs * partitions


def flash_index_bytes(partitions: int, sprigs: int) -> int:
    """Flash that the index itself takes; mounts-budget must be at least that, and 4 GiB."""
    return FLASH_SPRIG_BLOCK_BYTES * sprigs * partitions


def set_index_bytes(records: int, partitions: int) -> int:
    """Memory of one set index on a node that holds ``partitions`` partitions with ``records`` records of the set
    in all 4096: whole blocks of 256 entries for each partition."""
    per_partition = divide_up(records, PARTITIONS)
    return partitions * round_up(max(1, per_partition * SET_ENTRY_BYTES), TREE_BLOCK_BYTES)


def set_index_used_bytes(entries: int) -> int:
    return SET_ENTRY_BYTES * entries


def memory_ahead_of_budget_bytes(arenas: int, set_indexes: int, partitions: int) -> int:
    """Memory the indexes can take beyond their budget before it is reached: the budget counts what is used, but each
    arena can be a stage ahead of that, and each set index a block for each partition. One stage is in the budget
    itself, which is a whole number of them."""
    return max(0, arenas - 1) * INDEX_STAGE_BYTES + set_indexes * partitions * TREE_BLOCK_BYTES


def secondary_index_bytes(entries: int, *, worst: bool = True) -> int:
    """Bytes of ``entries`` entries in the B-trees since 6.0: blocks are half full at worst, two thirds on average."""
    return entries * SECONDARY_ENTRY_BYTES * (4 if worst else 3) // 2


def secondary_index_bytes_before_6(keys: int, records: int, *, text: bool = False) -> int:
    """Bytes of a secondary index before 6.0 with ``keys`` different values over ``records`` records
    (capacity-planning guide, 2019): up to 32 records a key lie in arrays, more in a B-tree."""
    key_bytes = divide_up(keys * (2844 if text else 1625) * 3, 200)
    if records <= 32 * keys:
        return key_bytes + records * 20 * 2
    return key_bytes + divide_up(records * 2844 * 3, 200)


def secondary_index_node_bytes(entries: int, partitions: int, version: Version) -> int:
    """Memory of one secondary index on a node that holds ``partitions`` partitions, with ``entries`` in all 4096:
    the worst case, at least a block for each partition; before 6.0 as if every record had a text of its own."""
    on_node = divide_up(entries * partitions, PARTITIONS)
    if version < (6, 0):
        return secondary_index_bytes_before_6(on_node, on_node, text=True)
    return max(secondary_index_bytes(on_node), partitions * TREE_BLOCK_BYTES)
