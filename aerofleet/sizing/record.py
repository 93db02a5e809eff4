"""The bytes of one record: on a device, in memory, and in the layouts of older servers.

Source of the flat layout: aerospike-server 4.2–8.1, storage/flat.h and flat.c. Where the capacity-planning documents
differ, the source code counts: a double takes 9 bytes (documents: 10), and a record ends in a mark, on devices since
6.0 and in memory since 7.0, where memory has the layout of a device (drv_mem.c).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from aerofleet.sizing.server import Version, divide_up, round_up, server_facts

HEADER_BYTES = 35
VOID_TIME_BYTES = 4
ROUNDING_BYTES = 16
MAX_BIN_NAME = 15


class Particle(StrEnum):
    INTEGER = "integer"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    STRING = "string"
    BLOB = "blob"
    LIST = "list"
    MAP = "map"
    GEOJSON = "geojson"
    HLL = "hll"


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin of the average record. ``length``: bytes of the value: 1, 2, 4 or 8 for an integer, the packed size for
    a list or map, ``hll_bytes`` for a HyperLogLog. ``cells``: cells that cover a GeoJSON region."""

    name: str
    particle: Particle
    length: int = 8
    cells: int = 0

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= MAX_BIN_NAME:
            raise ValueError(f"bin name '{self.name}' has {len(self.name)} characters; 1 to {MAX_BIN_NAME} are allowed")
        if self.length < 0 or self.cells < 0:
            raise ValueError(f"bin '{self.name}' has a negative length")
        if self.particle is Particle.INTEGER and self.length not in (1, 2, 4, 8):
            raise ValueError(f"bin '{self.name}': an integer is stored in 1, 2, 4 or 8 bytes, not {self.length}")

    @property
    def value_bytes(self) -> int:
        match self.particle:
            case Particle.INTEGER:
                return 2 + self.length
            case Particle.DOUBLE:
                return 1 + 8
            case Particle.BOOLEAN:
                return 2
            case Particle.GEOJSON:
                return 5 + self.length + 3 + 8 * self.cells
            case _:
                return 5 + self.length


@dataclass(frozen=True, slots=True)
class Record:
    """The shape of the average record. A record without bins is a tombstone.

    ``key_length``: length of the user key where clients send it to be stored, else 0.
    ``bin_metadata_bytes``: 1–7 a bin where XDR keeps times of change for each bin, else 0.
    """

    bins: tuple[Bin, ...] = ()
    set_name: str = ""
    has_ttl: bool = False
    key_length: int = 0
    bin_metadata_bytes: int = 0

    def flat_parts(self) -> dict[str, int]:
        """Bytes of each part of the flat layout, without end mark and before rounding (4.2 and later)."""
        with_type = 1 + self.key_length
        return {
            "header": HEADER_BYTES,
            "void_time": VOID_TIME_BYTES if self.has_ttl else 0,
            "set_name": 1 + len(self.set_name) if self.set_name else 0,
            "key": length_field_bytes(with_type) + with_type if self.key_length else 0,
            "bin_count": length_field_bytes(len(self.bins)) if self.bins else 0,
            "bins": sum(1 + len(entry.name) + entry.value_bytes + self.bin_metadata_bytes for entry in self.bins),
        }

    def flat_bytes(self) -> int:
        return sum(self.flat_parts().values())

    def device_bytes(self, version: Version) -> int:
        """Bytes of the record on a device of server ``version``: with the end mark, rounded up to 16."""
        return device_bytes(self, version)

    def memory_bytes(self, version: Version) -> int:
        """Bytes of the record in an in-memory namespace: the same as on a device since 7.0, heap before."""
        return self.device_bytes(version) if server_facts(version).memory_block_bytes else self.heap_bytes()

    def heap_bytes(self) -> int:
        """Bytes of heap a copy takes where data is in memory before 7.0 (capacity-planning guide, 2019)."""
        key = 13 + self.key_length if self.key_length else 0
        return 2 + key + sum(12 + heap_value_bytes(entry) for entry in self.bins)

    def bytes_before_4_2(self) -> int:
        """Bytes on a device in the layout of 3.1–4.1, rounded up to 128 (capacity-planning guide, 2019)."""
        size = 64
        if self.set_name:
            size += 9 + len(self.set_name)
        if self.key_length:
            size += 9 + self.key_length
        for entry in self.bins:
            size += 28 + (2 if entry.particle is Particle.INTEGER else 5) + entry.length
        return round_up(size, 128)


@lru_cache(maxsize=4096)
def device_bytes(record: Record, version: Version) -> int:
    """:meth:`Record.device_bytes`, computed once for any number of nodes."""
    facts = server_facts(version)
    if not facts.flat_layout:
        return record.bytes_before_4_2()
    return round_up(record.flat_bytes() + facts.end_mark_bytes, ROUNDING_BYTES)


@lru_cache(maxsize=4096)
def tombstone_bytes(set_name: str, version: Version) -> int:
    """Return the bytes of a tombstone: a record without bins."""
    return Record(set_name=set_name).device_bytes(version)


def heap_value_bytes(entry: Bin) -> int:
    return 0 if entry.particle in (Particle.INTEGER, Particle.DOUBLE) else 5 + entry.length


def length_field_bytes(value: int) -> int:
    """Return the bytes of a length or count: seven bits in each byte (aerospike-server storage/flat.h)."""
    if value < 1 << 7:
        return 1
    return 2 if value < 1 << 14 else 3


KEY_ORDERED_MAP_BYTES = 4
"""Order and index metadata of a key-ordered map on storage (data-size documents)."""
ORDERED_LIST_BYTES = 3
"""Order of a list on storage (measured on server 8.1.1.1 and 8.1.2.0)."""
HLL_HEADER_BYTES = 11
HLL_INDEX_BITS = range(4, 17)
HLL_MINHASH_BITS = range(4, 52)
HLL_MAX_BITS = 64
TEXT_TYPE_BYTES = 1
"""Clients put the particle type before each text in a list or map (aerospike-client-c as_msgpack.c). The data-size
documents leave it out, so their figures are one byte a text lower."""


def hll_bytes(index_bits: int, minhash_bits: int = 0) -> int:
    """Return the length of a HyperLogLog: a header and 2^``index_bits`` registers of 6 bits and ``minhash_bits``
    (measured on server 8.1.1.1 and 8.1.2.0; bounds of aerospike-server particle_hll.c). Raises ValueError for bits that
    the server does not take.
    """
    if index_bits not in HLL_INDEX_BITS:
        raise ValueError(f"a HyperLogLog has 4 to 16 index bits, not {index_bits}")
    if minhash_bits and minhash_bits not in HLL_MINHASH_BITS:
        raise ValueError(f"a HyperLogLog has 0 or 4 to 51 minhash bits, not {minhash_bits}")
    if index_bits + minhash_bits > HLL_MAX_BITS:
        raise ValueError(
            f"index bits and minhash bits of a HyperLogLog are 64 together at most, not {index_bits + minhash_bits}"
        )
    return HLL_HEADER_BYTES + divide_up((1 << index_bits) * (6 + minhash_bits), 8)


def packed_bytes(value: object) -> int:
    """Return the bytes of a list or map, or of a value in one, as MessagePack. Raises ValueError for what cannot be
    packed.
    """
    match value:
        case None | bool():
            return 1
        case int():
            return packed_integer_bytes(value)
        case float():
            return 9
        case str():
            return packed_text_bytes(TEXT_TYPE_BYTES + len(value.encode()))
        case bytes():
            return packed_text_bytes(TEXT_TYPE_BYTES + len(value))
        case list() | tuple():
            return packed_count_bytes(len(value)) + sum(packed_bytes(item) for item in value)
        case dict():
            pairs = (packed_bytes(key) + packed_bytes(item) for key, item in value.items())
            return packed_count_bytes(len(value)) + sum(pairs)
    raise ValueError(f"a {type(value).__name__} has no place in a list or map")


def packed_integer_bytes(value: int) -> int:
    if -32 <= value < 128:
        return 1
    for width in (1, 2, 4, 8):
        least = -(1 << (8 * width - 1))
        if least <= value < 1 << (8 * width):
            return 1 + width
    raise ValueError(f"{value} has more than 64 bits")


def packed_text_bytes(length: int) -> int:
    if length < 32:
        return 1 + length
    for width in (1, 2, 4):
        if length < 1 << (8 * width):
            return 1 + width + length
    raise ValueError("a text longer than 4 GiB cannot be packed")


def packed_count_bytes(count: int) -> int:
    if count < 16:
        return 1
    return 3 if count < 1 << 16 else 5
