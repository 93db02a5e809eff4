"""Hosts with their hardware model, and pools with their hosts. Sizes are bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aerofleet.files.choices import HostState
from aerofleet.files.metal import HostModel, Partition, Taint, Tuning


@dataclass(frozen=True, slots=True)
class Host:
    """A bare-metal machine; ``name`` is the Kubernetes node name, ``model_name`` the key of its model in
    `hosts.yaml`.
    """

    name: str
    model_name: str
    model: HostModel
    rack: str
    state: HostState
    address: str
    alternate_address: str = ""


@dataclass(frozen=True, slots=True)
class Pool:
    """A set of equal hosts. ``take_over_taints``: this toolkit manages the taints of the nodes."""

    name: str
    hosts: tuple[Host, ...]
    labels: Mapping[str, str]
    taints: tuple[Taint, ...]
    take_over_taints: bool
    tuning: Tuning | None
    partitions: tuple[Partition, ...]
    provisioner: Literal["local-static", "explicit", "existing"]
