"""`hosts.yaml` and `pools.yaml`: the machines of a cell, their groups, and the partitions of their drives."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from aerofleet.files.addresses import Address
from aerofleet.files.choices import HostState
from aerofleet.files.definition_file import DefinitionFile
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import BitsPerSecond, Bytes, Flag, Millicores, Number, Whole


class Drive(FileModel):
    count: Whole = Field(ge=1, description="drives of this kind in a host")
    size: Bytes = Field(description="of one drive")
    dwpd: Number = Field(ge=0, description="drive writes per day the maker promises")
    act: Number = Field(0, ge=0, description="multiple of ACT's 1x load the drive passed; 0 = not measured")


class Allocatable(FileModel):
    """What Kubernetes leaves to pods, after the reserves of the kubelet: `kubectl describe node`, Allocatable."""

    cpu: Millicores = Field(gt=0, description="logical CPUs")
    memory: Bytes = Field(gt=0, description="of all pods together")


class HostModel(FileModel):
    sockets: Whole = Field(ge=1, description="CPU sockets")
    cores: Whole = Field(ge=1, description="physical cores of the whole machine")
    numa: Whole = Field(1, ge=1, description="NUMA nodes")
    memory: Bytes = Field(description="of the whole machine")
    allocatable: Allocatable | None = Field(
        None,
        description="what Kubernetes leaves to pods of such a host; left out: an estimate from `memory` and `cores`",
    )
    network: BitsPerSecond = Field(description="line rate of all ports that serve clients together")
    drives: tuple[Drive, ...] = Field((), description="NVMe drives for data")
    price_per_month: Number = Field(0, ge=0, description="of one machine, in the currency of your reports")


class HostEntry(FileModel):
    model: str = Field(description="one of the models")
    rack: str = Field(description="one of the racks of the cell")
    address: Address = Field(description="address that clients reach, written to the node label for configured-ip")
    alternate_address: Address = Field("", description="a second address, for clients of another network")
    labels: dict[str, str] = Field(default_factory=dict, description="what pools select it by, with `hostLabels`")
    state: HostState = Field(
        HostState.ACTIVE, description="maintenance: nothing new is placed on it; absent: its node does not exist now"
    )


class HostsFile(DefinitionFile):
    models: dict[str, HostModel] = Field(description="kinds of machines")
    hosts: dict[str, HostEntry] = Field(description="Kubernetes node name → host")


class Taint(FileModel):
    key: str = Field(description="of the taint")
    value: str = Field("", description="of the taint")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = Field("NoSchedule", description="what it does")


class Partition(FileModel):
    storage_class: str = Field(description="of the volumes made from them")
    mode: Literal["Block", "Filesystem"] = Field(description="Block for data, Filesystem for the server's own files")
    count: Whole = Field(ge=1, description="partitions of each drive")
    size: Bytes = Field(description="of one volume; a file system takes some of its partition for itself")
    device_glob: str = Field(description="where the provisioner finds them, for instance /dev/disk/aerofleet/data-*")


class Tuning(FileModel):
    sysctls: dict[str, str] = Field(default_factory=dict, description="kernel setting → value")
    transparent_huge_pages: Literal["never", "madvise"] = Field(
        "madvise", description="as the server wants it: never or madvise"
    )


class PoolEntry(FileModel):
    models: tuple[str, ...] = Field((), description="hosts of these models")
    racks: tuple[str, ...] = Field((), description="hosts in these racks; with `models`, hosts that match both")
    host_labels: dict[str, str] = Field(
        default_factory=dict, description="hosts with all of these labels, of these models, in these racks"
    )
    hosts: tuple[str, ...] = Field((), description="single hosts by name, in addition")
    labels: dict[str, str] = Field(
        default_factory=dict, description="node labels, beside those that the platform writes"
    )
    taints: tuple[Taint, ...] = Field((), description="taints the hosts are expected to have")
    take_over_taints: Flag = Field(False, description="manage the whole taint list of the hosts")
    tuning: Tuning | None = Field(None, description="kernel settings to keep on the hosts; none when left out")
    partitions: tuple[Partition, ...] = Field((), description="how the drives are cut")
    provisioner: Literal["local-static", "explicit", "existing"] = Field(
        "local-static",
        description="who makes the volumes: the local static provisioner, this project one by one, or somebody else",
    )


class PoolsFile(DefinitionFile):
    pools: dict[str, PoolEntry] = Field(description="name → pool")
