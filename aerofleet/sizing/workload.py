"""The inputs of a sizing: the workload of a cluster, and the resources of a host for one of its pods.

Bytes are ints. Rates are per second, over the whole cluster, on average; the peak factor raises them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aerofleet.sizing.record import ROUNDING_BYTES, Record, tombstone_bytes
from aerofleet.sizing.server import MAX_DEVICE_BYTES, MAX_RECORD_BYTES, Version, round_up, server_facts

TOMBSTONE_BYTES = 64
"""Bytes of a tombstone in a set of unknown name, of up to 24 characters: 35 + 25 + end mark 4."""
MOST = 10**18
MOST_PEAK = 10_000
"""Bounds beyond which a number is a typing mistake."""


class Storage(StrEnum):
    """The storage of data and primary index of a namespace."""

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
    each element of an indexed list or map). ``set_indexes``: records of each set that has a set index. ``devices``:
    number of its own devices on each node; without it, it has a partition of every device. ``commit_to_device``: each
    write is on the device before the server answers it.
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
        """Return the bytes of a tombstone: a record without bins, in the same set."""
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
    """The load of the applications on one cluster. ``growth_per_month_percent`` raises records and rates alike: data
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
        for namespace in self.namespaces:
            stored = namespace.device_record_bytes(self.server_version)
            if stored > MAX_RECORD_BYTES:
                raise ValueError(f"namespace {namespace.name}: {no_record(stored)}")
        if not 1 <= self.peak_factor <= MOST_PEAK:
            raise ValueError(f"the peak factor is from 1 to {MOST_PEAK:,}, not {self.peak_factor}")
        if self.growth_per_month_percent < 0 or self.xdr_destinations < 0:
            raise ValueError("growth and the number of XDR destinations cannot be negative")


@dataclass(frozen=True, slots=True)
class Device:
    """A drive or partition for one pod. ``act_rating``: multiple of ACT's 1x load that it passed (2,000 reads and
    1,000 writes of 1.5 KB a second), 0 = not measured. ``drive_writes_per_day``: the vendor's warranty, 0 = unknown.
    """

    bytes: int
    act_rating: float = 0
    drive_writes_per_day: float = 0


@dataclass(frozen=True, slots=True)
class Capacity:
    """The most resources of a host for one pod: memory and cores after the host's own share."""

    memory_bytes: int
    cores: int
    network_bits_per_second: int
    devices: tuple[Device, ...] = ()

    @property
    def device_bytes(self) -> int:
        return sum(device.bytes for device in self.devices)

    @property
    def device_count(self) -> int:
        """Number of devices for the server: a drive above 2 TiB counts as several partitions."""
        return sum(-(-device.bytes // MAX_DEVICE_BYTES) for device in self.devices)

    @property
    def act_rating(self) -> float:
        """Sum of the ratings of the devices; 0 if one is not measured, since load spreads evenly over all of them."""
        ratings = [device.act_rating for device in self.devices]
        return len(ratings) * min(ratings, default=0)

    @property
    def writable_bytes_per_day(self) -> int:
        """Bytes that the devices may write per day, with load spread evenly over them; 0 = unknown."""
        return int(
            len(self.devices) * min((device.bytes * device.drive_writes_per_day for device in self.devices), default=0)
        )


HOST_FREE_BYTES = 1_150_976 * 1024
"""Memory that the kernel has to keep free: vm.min_free_kbytes for the default index stage (aerospike-server
8.1, os.c).
"""
HOST_SYSTEM_BYTES = 4 << 30
"""Kernel, kubelet, container runtime and daemons of the platform: a planning figure."""


def memory_for_pods(memory_bytes: int) -> int:
    """Return the bytes that a host of ``memory_bytes`` has for pods, beside kernel and system."""
    return max(0, memory_bytes - HOST_FREE_BYTES - HOST_SYSTEM_BYTES)


def host_share(
    memory_bytes: int, cores: int, network_bits_per_second: int, devices: tuple[Device, ...] = (), pods: int = 1
) -> Capacity:
    """Return the resources for each of ``pods`` equal pods on a host. ``devices``: those of one pod, never shared."""
    memory = memory_for_pods(memory_bytes) // pods
    return Capacity(memory, cores // pods, network_bits_per_second // pods, devices)
