"""`allocations.yaml`: values allocated once that never change, because AKO freezes them or keys data on them.

`aerofleet generate` writes the file, people review it, and it only grows. An entry is removed only when its cluster
has reached the state released.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from aerofleet.files.choices import ClusterState
from aerofleet.files.definition_file import DefinitionFile
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import Whole
from aerofleet.units.names import MAX_RESOURCE_NAME

FIRST_PORT = 3000
PORTS_PER_CLUSTER = 10
"""Service, fabric, heartbeat, admin, their TLS twins and the exporter, with room: clusters that share a host's network
never share a port."""
LAST_PORT = 29999
"""Below the default NodePort range (30000–32767), so that no Service of the cluster can take one of ours."""
PORTS_OF_NODES = frozenset((4240, 4244, 4250, 5473, 6443, 9091, 9099, 9100, *range(10248, 10260)))
"""Ports that other programs use on Kubernetes nodes by default: Cilium (health, Hubble, mutual authentication),
Calico's Typha, the API server, Calico's Felix (metrics, health), the node exporter; kubelet, kube-proxy, controller
manager and scheduler.
"""
BLOCKS = tuple(
    (first - FIRST_PORT) // PORTS_PER_CLUSTER
    for first in range(FIRST_PORT, LAST_PORT, PORTS_PER_CLUSTER)
    if PORTS_OF_NODES.isdisjoint(range(first, first + PORTS_PER_CLUSTER))
)
"""The blocks of ports that can be allocated, by their number from FIRST_PORT."""
MAX_VOLUME_NAME = 40


RackId = Annotated[Whole, Field(ge=1, le=1_000_000)]
"""AKO 4.5.0 takes 0 to 1000000; 0 means "no rack"."""


class PortBlock(FileModel):
    first: Whole = Field(
        ge=FIRST_PORT,
        le=LAST_PORT - PORTS_PER_CLUSTER + 1,
        multiple_of=PORTS_PER_CLUSTER,
        description="of the block",
    )


class DeviceAllocation(FileModel):
    volume: str = Field(description="name of the volume")
    path: str = Field(description="of the device in the pod")


class ClusterAllocation(FileModel):
    resource: str = Field(max_length=MAX_RESOURCE_NAME, description="name of the AerospikeCluster")
    ports: PortBlock = Field(description="its block of ten")
    tls_name: str = Field(description="name in the certificates of its nodes")
    racks: tuple[str, ...] = Field(
        (), description="physical racks; the resource has the first of them in which its pool has hosts"
    )
    state: ClusterState = Field(ClusterState.ACTIVE, description="the state the definitions have reached, step by step")
    devices: dict[str, tuple[DeviceAllocation, ...]] = Field(
        default_factory=dict, description="namespace → its devices"
    )


class TeamAllocation(FileModel):
    namespace: str = Field(description="Kubernetes namespace")
    group: str = Field(
        "", description="stack group whose state has the resources of the team; changed by `aerofleet stacks move`"
    )


class AllocationsFile(DefinitionFile):
    racks: dict[str, RackId] = Field(default_factory=dict, description="physical rack → Aerospike rack id")
    teams: dict[str, TeamAllocation] = Field(default_factory=dict, description="team → its allocations")
    clusters: dict[str, ClusterAllocation] = Field(default_factory=dict, description="TEAM/CLUSTER → its allocations")
