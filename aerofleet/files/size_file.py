"""The file that `aerofleet size FILE` reads: a workload, the hardware of one pod, and the planning figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, model_validator

from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import BitsPerSecond, Bytes, Count, Percent, PerSecond
from aerofleet.sizing import (
    Assumptions,
    Bin,
    Capacity,
    Device,
    NamespaceLoad,
    Particle,
    Record,
    Sizing,
    Storage,
    Survive,
    Workload,
    host_share,
    parse_version,
    size,
    sized,
)
from aerofleet.sizing.record import KEY_ORDERED_MAP_BYTES, ORDERED_LIST_BYTES, hll_bytes, packed_bytes
from aerofleet.sizing.server import DEVICE_HEADER_BYTES, MAX_DEVICES

DEFAULT_BYTES = {Particle.INTEGER: 8, Particle.DOUBLE: 8, Particle.BOOLEAN: 1}


class BinFile(FileModel):
    """``bytes``: length of the value; a list or map can have a ``sample`` instead, a HyperLogLog its bits."""

    name: str
    type: Particle
    bytes: int | None = Field(None, ge=0)
    sample: Any = None
    ordered: bool = Field(False, description="a list that keeps its elements in order; a map counts as key-ordered")
    cells: int = Field(0, ge=0)
    index_bits: int | None = None
    minhash_bits: int = 0

    @model_validator(mode="after")
    def has_a_length(self) -> BinFile:
        self.to_bin()
        return self

    def to_bin(self) -> Bin:
        if self.ordered and self.type is not Particle.LIST:
            raise ValueError(f"bin '{self.name}' is a {self.type}: only a list can be ordered")
        if (self.index_bits is not None or self.minhash_bits) and self.type is not Particle.HLL:
            raise ValueError(f"bin '{self.name}' is a {self.type}: only an hll has indexBits and minhashBits")
        order = ORDERED_LIST_BYTES if self.ordered else 0
        if self.sample is not None:
            metadata = KEY_ORDERED_MAP_BYTES if self.type is Particle.MAP else order
            return Bin(self.name, self.type, packed_bytes(self.sample) + metadata)
        if self.index_bits is not None:
            return Bin(self.name, self.type, hll_bytes(self.index_bits, self.minhash_bits))
        length = DEFAULT_BYTES.get(self.type) if self.bytes is None else self.bytes
        if length is None:
            needed = "indexBits" if self.type is Particle.HLL else "bytes"
            raise ValueError(f"bin '{self.name}' is of type {self.type} and needs {needed}")
        return Bin(self.name, self.type, length + order, self.cells)


class RecordFile(FileModel):
    bins: tuple[BinFile, ...]
    set: str = ""
    ttl: bool = False
    key: int = Field(0, ge=0, description="length of the user key, where clients store it")
    bin_metadata: int = Field(0, ge=0, le=7, description="bytes of each bin, where XDR keeps times of change")

    def to_record(self) -> Record:
        return Record(tuple(entry.to_bin() for entry in self.bins), self.set, self.ttl, self.key, self.bin_metadata)


def kind_of_record(value: object) -> str:
    return "record[bins]" if isinstance(value, (Mapping, RecordFile)) else "record[bytes]"


AnyRecord = Annotated[
    Annotated[Bytes, Tag("record[bytes]")] | Annotated[RecordFile, Tag("record[bins]")], Discriminator(kind_of_record)
]
"""Only the mistakes of the form that was written are reported. A tag with a bracket is left out of their path."""


class NamespaceFile(FileModel):
    name: str = Field("data", max_length=31)
    storage: Storage
    objects: Count
    record: AnyRecord
    reads: PerSecond
    writes: PerSecond
    replication_factor: int = Field(2, ge=1)
    strong_consistency: bool = False
    tombstones: Count = 0
    secondary_indexes: tuple[Count, ...] = ()
    set_indexes: tuple[Count, ...] = ()
    commit_to_device: bool = False

    @model_validator(mode="after")
    def can_be_sized(self) -> NamespaceFile:
        self.to_load()
        return self

    def to_load(self) -> NamespaceLoad:
        return NamespaceLoad(
            name=self.name,
            storage=self.storage,
            objects=self.objects,
            record=self.record.to_record() if isinstance(self.record, RecordFile) else self.record,
            reads_per_second=self.reads,
            writes_per_second=self.writes,
            replication_factor=self.replication_factor,
            strong_consistency=self.strong_consistency,
            tombstones=self.tombstones,
            secondary_indexes=self.secondary_indexes,
            set_indexes=self.set_indexes,
            commit_to_device=self.commit_to_device,
        )


class DriveFile(FileModel):
    count: int = Field(1, ge=1)
    size: Bytes = Field(ge=1)
    act: float = Field(0, ge=0)
    dwpd: float = Field(0, ge=0)


class MetalFile(FileModel):
    """The part of a host that one pod can have; with ``pods_per_host`` the whole host, which so many pods share.
    ``devices`` are always those of one pod.
    """

    memory: Bytes = Field(ge=1)
    cores: int = Field(ge=1)
    network: BitsPerSecond
    devices: tuple[DriveFile, ...] = ()
    pods_per_host: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def has_equal_devices(self) -> MetalFile:
        sizes = {drive.size for drive in self.devices}
        if sizes and max(sizes) - min(sizes) > DEVICE_HEADER_BYTES:
            raise ValueError("the server uses of each device as much as the smallest has: name partitions of one size")
        return self

    def to_capacity(self) -> Capacity:
        devices = tuple(Device(drive.size, drive.act, drive.dwpd) for drive in self.devices for _ in range(drive.count))
        if self.pods_per_host is None:
            return Capacity(self.memory, self.cores, self.network, devices)
        return host_share(self.memory, self.cores, self.network, devices, self.pods_per_host)


class SizeFile(FileModel):
    server: str = Field(description="server version, as 8.1.1")
    namespaces: tuple[NamespaceFile, ...] = Field(min_length=1, max_length=32)
    peak: float = Field(1, ge=1)
    growth_per_month: Percent = 0
    tls: bool = False
    xdr_destinations: int = Field(0, ge=0)
    metal: MetalFile
    racks: int = Field(1, ge=1)
    nodes_per_rack: int | None = Field(None, ge=1, description="a size to check instead of the smallest that fits")
    survive: Survive = Survive.NODE
    months: int = Field(12, ge=0, le=120)
    planning: dict[str, int] = Field(default_factory=dict, description="planning figures of the site's own")

    @model_validator(mode="after")
    def can_be_sized(self) -> SizeFile:
        self.to_workload()
        self.to_assumptions()
        names = [namespace.name for namespace in self.namespaces]
        if len(set(names)) < len(names):
            raise ValueError(f"each namespace has a name of its own: {', '.join(names)}")
        if any(namespace.storage.data_on_device for namespace in self.namespaces):
            devices = self.metal.to_capacity().device_count
            if not 1 <= devices <= MAX_DEVICES:
                raise ValueError(
                    f"data on devices needs devices: 1 to {MAX_DEVICES} in a pod, of 2 TiB at most each, "
                    f"not {devices}; they are written like metal.devices: [{{count: 4, size: 1.6TB}}]"
                )
        return self

    def to_workload(self) -> Workload:
        return Workload(
            namespaces=tuple(namespace.to_load() for namespace in self.namespaces),
            server_version=parse_version(self.server),
            peak_factor=self.peak,
            growth_per_month_percent=self.growth_per_month,
            tls=self.tls,
            xdr_destinations=self.xdr_destinations,
        )

    def to_assumptions(self) -> Assumptions:
        known = sorted(set(Assumptions.__dataclass_fields__) - {"survive", "months"})
        unknown = sorted(set(self.planning) - set(known))
        if unknown:
            raise ValueError(f"there is no planning figure {', '.join(unknown)}; known: {', '.join(known)}")
        return Assumptions(survive=self.survive, months=self.months, **self.planning)

    def to_sizing(self) -> Sizing:
        """Return the smallest cluster that fits, or the one with ``nodes_per_rack``. Raises ValueError if the copies
        need more nodes than a cluster can have.
        """
        workload, capacity, assumptions = self.to_workload(), self.metal.to_capacity(), self.to_assumptions()
        if self.nodes_per_rack is None:
            return size(workload, capacity, self.racks, assumptions)
        return sized(workload, capacity, self.racks, self.nodes_per_rack, assumptions)
