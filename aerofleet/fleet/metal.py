"""Hosts and pools of a cell. Sizes are bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aerofleet.files.choices import HostState


@dataclass(frozen=True, slots=True)
class Drive:
    """One NVMe model in a host. ``act_rating`` is the multiple of ACT's 1x load that it passed; 0 = not measured."""

    count: int
    bytes: int
    drive_writes_per_day: float
    act_rating: float


@dataclass(frozen=True, slots=True)
class HostModel:
    name: str
    sockets: int
    cores: int
    numa_nodes: int
    memory_bytes: int
    network_bits_per_second: int
    drives: tuple[Drive, ...]
    price_per_month: float


@dataclass(frozen=True, slots=True)
class Host:
    """A bare-metal machine; ``name`` is the Kubernetes node name."""

    name: str
    model: HostModel
    rack: str
    state: HostState
    access_address: str
    alternate_access_address: str = ""


@dataclass(frozen=True, slots=True)
class Taint:
    key: str
    value: str
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


@dataclass(frozen=True, slots=True)
class Partition:
    """The partitions of each drive of a pool for one storage class: ``count`` partitions of ``bytes``."""

    storage_class: str
    volume_mode: Literal["Block", "Filesystem"]
    count: int
    bytes: int
    device_glob: str


@dataclass(frozen=True, slots=True)
class Pool:
    """A set of equal hosts. ``takes_over_taints``: this toolkit manages the taints of the nodes.

    Without tuning, ``sysctls`` and ``transparent_huge_pages`` are empty.
    """

    name: str
    hosts: tuple[Host, ...]
    labels: Mapping[str, str]
    taints: tuple[Taint, ...]
    takes_over_taints: bool
    sysctls: Mapping[str, str]
    transparent_huge_pages: str
    partitions: tuple[Partition, ...]
    provisioner: Literal["local-static", "explicit", "existing"]
