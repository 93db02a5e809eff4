"""`hosts.yaml` and `pools.yaml`: the machines of a cell, and how they are grouped and cut."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from aerofleet.model.file_model import FileModel
from aerofleet.model.quantities import BitsPerSecond, Bytes, Flag, Number, Whole
from aerofleet.model.resolved import HostState


class DriveFile(FileModel):
    count: Whole = Field(ge=1)
    size: Bytes
    dwpd: Number = Field(ge=0, description="drive writes per day the maker promises")
    act: Number = Field(0, ge=0, description="multiple of ACT's 1x load the drive passed; 0 = not measured")


class HostModelFile(FileModel):
    sockets: Whole = Field(ge=1)
    cores: Whole = Field(ge=1, description="physical cores of the whole machine")
    numa: Whole = Field(1, ge=1)
    memory: Bytes
    network: BitsPerSecond
    drives: tuple[DriveFile, ...] = ()
    price_per_month: Number = Field(0, ge=0)


class HostFile(FileModel):
    model: str
    rack: str
    address: str = Field(description="address that clients reach, written to the node label for configured-ip")
    alternate_address: str = ""
    state: HostState = HostState.ACTIVE


class HostsFile(FileModel):
    models: dict[str, HostModelFile]
    hosts: dict[str, HostFile] = Field(description="Kubernetes node name → host")


class TaintFile(FileModel):
    key: str
    value: str = ""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = "NoSchedule"


class PartitionFile(FileModel):
    storage_class: str
    mode: Literal["Block", "Filesystem"]
    count: Whole = Field(ge=1, description="partitions of each drive")
    size: Bytes
    device_glob: str = Field(description="where the provisioner finds them, for instance /dev/disk/aerofleet/data-*")


class TuningFile(FileModel):
    sysctls: dict[str, str] = Field(default_factory=dict)
    transparent_huge_pages: Literal["never", "madvise"] = "madvise"


class PoolFile(FileModel):
    models: tuple[str, ...] = Field((), description="every host of these models; with `hosts`, both")
    hosts: tuple[str, ...] = ()
    labels: dict[str, str] = Field(default_factory=dict)
    taints: tuple[TaintFile, ...] = Field((), description="taints the hosts are expected to have")
    take_over_taints: Flag = Field(False, description="manage the whole taint list of the hosts")
    tuning: TuningFile | None = Field(None, description="kernel settings to keep on the hosts; none when left out")
    partitions: tuple[PartitionFile, ...] = ()
    provisioner: Literal["local-static", "explicit", "existing"] = "local-static"


class PoolsFile(FileModel):
    pools: dict[str, PoolFile]
