"""What goes into a sizing: the workload of a cluster, and what one of its pods can have of its host.

Bytes are ints. Rates are per second, over the whole cluster, on average; the peak factor raises them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aerofleet.aerospike.sizing.record import ROUNDING_BYTES, Record, tombstone_bytes
from aerofleet.aerospike.sizing.server import MAX_DEVICE_BYTES, MAX_RECORD_BYTES, Version, round_up, server_facts

TOMBSTONE_BYTES = 64
"""A tombstone of a set whose name is not known: up to 24 characters, 35 + 25 + mark 4."""
MOST = 10**18
MOST_PEAK = 10_000
"""Beyond these a number is a slip of the pen."""


class Storage(StrEnum):
    """Where data and primary index of a namespace lie."""

    MEMORY = "memory"
    DEVICE = "device"
    MEMORY_AND_DEVICE = "memory+device"
    ALL_FLASH = "all-flash"

    def __init__(self, _value: str) -> None:
        self.data_in_memory = self._value_ in ("memory", "memory+device")
        self.data_on_device = self._value_ != "memory"
        self.index_in_memory = self._value_ != "all-flash"


@dataclass(frozen=True, slots=True)
class NamespaceLoad:
    """One namespace. ``objects`` counts each record once; ``record`` is the shape of the average record, or its
    bytes as stored. ``secondary_indexes``: entries of each index, each entry once (one for a plain value, one for
    each element of an indexed list or map). ``set_indexes``: records of each set that has a set index. ``devices`` of a
    node that are this namespace's own; without it, it has a partition of every one. ``commit_to_device``: each write is
    on the device before it is answered.
    """

    name: str
    storage: Storage
    objects: int
    record: Record | int
    reads_per_second: int
    writes_per_second: int
    replication_factor: int = 2
    strong_consistency: bool = False
    tombstones: int = 0
    secondary_indexes: tuple[int, ...] = ()
    set_indexes: tuple[int, ...] = ()
    devices: int | None = None
    commit_to_device: bool = False

    def __post_init__(self) -> None:
        counts = (self.objects, self.reads_per_second, self.writes_per_second, self.tombstones)
        if min(*counts, *self.secondary_indexes, *self.set_indexes) < 0:
            raise ValueError(f"namespace {self.name}: counts and rates cannot be negative")
        if max(*counts, *self.secondary_indexes, *self.set_indexes) > MOST:
            raise ValueError(f"namespace {self.name}: counts and rates are {MOST:,} at most")
        if self.replication_factor < 1:
            raise ValueError(f"namespace {self.name}: the replication factor is at least 1")
        if isinstance(self.record, int) and not 0 < self.record <= MAX_RECORD_BYTES:
            raise ValueError(f"namespace {self.name}: {no_record(self.record)}")

    def device_record_bytes(self, version: Version) -> int:
        if isinstance(self.record, int):
            return round_up(self.record, ROUNDING_BYTES)
        return self.record.device_bytes(version)

    def tombstone_bytes(self, version: Version) -> int:
        """A record without bins, in the set of the others."""
        if isinstance(self.record, int):
            return TOMBSTONE_BYTES
        return tombstone_bytes(self.record.set_name, version)

    def memory_record_bytes(self, version: Version) -> int:
        if isinstance(self.record, int):
            return round_up(self.record, ROUNDING_BYTES)
        return self.record.memory_bytes(version)


def no_record(stored: int) -> str:
    return f"a record of {stored:,} bytes cannot be stored (1 byte to 8 MiB)"


@dataclass(frozen=True, slots=True)
class Workload:
    """What the applications do with one cluster. ``growth_per_month_percent`` raises records and rates alike: data
    that grows is used more. ``xdr_destinations``: data centres that every write is shipped to."""

    namespaces: tuple[NamespaceLoad, ...]
    server_version: Version
    peak_factor: float = 1.0
    growth_per_month_percent: int = 0
    tls: bool = False
    xdr_destinations: int = 0

    def __post_init__(self) -> None:
        server_facts(self.server_version)
        if not self.namespaces:
            raise ValueError("a workload has at least one namespace")
        for each in self.namespaces:
            stored = each.device_record_bytes(self.server_version)
            if stored > MAX_RECORD_BYTES:
                raise ValueError(f"namespace {each.name}: {no_record(stored)}")
        if not 1 <= self.peak_factor <= MOST_PEAK:
            raise ValueError(f"the peak factor is from 1 to {MOST_PEAK:,}, not {self.peak_factor}")
        if self.growth_per_month_percent < 0 or self.xdr_destinations < 0:
            raise ValueError("growth and the number of XDR destinations cannot be negative")


@dataclass(frozen=True, slots=True)
class Device:
    """A drive or partition that one pod gets. ``act_rating``: multiple of ACT's 1x load it passed (2,000 reads and
    1,000 writes of 1.5 KB a second), 0 = not measured. ``drive_writes_per_day``: what the maker warrants, 0 = unknown.
    """

    bytes: int
    act_rating: float = 0
    drive_writes_per_day: float = 0


@dataclass(frozen=True, slots=True)
class Metal:
    """The most that one pod can have of its host: memory and cores after the host's own share."""

    memory_bytes: int
    cores: int
    network_bits_per_second: int
    devices: tuple[Device, ...] = ()

    @property
    def device_bytes(self) -> int:
        return sum(each.bytes for each in self.devices)

    @property
    def device_count(self) -> int:
        """Devices as the server sees them: a drive above 2 TiB is cut into partitions."""
        return sum(-(-each.bytes // MAX_DEVICE_BYTES) for each in self.devices)

    @property
    def act_rating(self) -> float:
        """Sum over the devices; 0 as soon as one is not measured, since load spreads evenly over all of them."""
        ratings = [each.act_rating for each in self.devices]
        return len(ratings) * min(ratings, default=0)

    @property
    def writable_bytes_per_day(self) -> int:
        """What the devices may take a day, with load spread evenly over them; 0 = unknown."""
        return int(
            len(self.devices) * min((each.bytes * each.drive_writes_per_day for each in self.devices), default=0)
        )


HOST_FREE_BYTES = 1_150_976 * 1024
"""Memory the kernel has to hold free: vm.min_free_kbytes for the default index stage (aerospike-server 8.1, os.c)."""
HOST_SYSTEM_BYTES = 4 << 30
"""Kernel, kubelet, container runtime and daemons of the platform: a planning figure."""


def host_share(
    memory_bytes: int, cores: int, network_bits_per_second: int, devices: tuple[Device, ...] = (), pods: int = 1
) -> Metal:
    """What each of ``pods`` equal pods on a host can have. ``devices`` are those of one pod: they are never shared."""
    memory = max(0, memory_bytes - HOST_FREE_BYTES - HOST_SYSTEM_BYTES) // pods
    return Metal(memory, cores // pods, network_bits_per_second // pods, devices)
