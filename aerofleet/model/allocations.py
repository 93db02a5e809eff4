"""`allocations.yaml`: everything that is given once and never changes, because AKO freezes it or keys data on it.

Written by `aerofleet generate`, reviewed by people, append-only. Nothing here is derived from order or count, so
adding or removing a neighbour changes no byte of anybody else. An entry goes only when its cluster has reached the
state released.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heapify, heapreplace
from itertools import islice
from typing import Annotated

from pydantic import Field

from aerofleet.model.file_model import FileModel
from aerofleet.model.names import MAX_RESOURCE_NAME, bounded, kubernetes_name
from aerofleet.model.quantities import Whole
from aerofleet.model.resolved import ClusterState, Ports

FIRST_PORT = 3000
PORTS_PER_CLUSTER = 10
"""Service, fabric, heartbeat, admin, their TLS twins and the exporter, with room: clusters that share a host's network
never share a port."""
LAST_PORT = 29999
"""Below the default NodePort range (30000–32767), so that no Service of the cluster can take one of ours."""
PORTS_OF_NODES = frozenset((4240, 4244, 4250, 5473, 6443, 9091, 9099, 9100, *range(10248, 10260)))
"""What listens on Kubernetes nodes by default: Cilium (health, Hubble, mutual authentication), Calico's Typha, the API
server, Calico's Felix (metrics, health), the node exporter; kubelet, kube-proxy, controller manager and scheduler."""
BLOCKS = tuple(
    (first - FIRST_PORT) // PORTS_PER_CLUSTER
    for first in range(FIRST_PORT, LAST_PORT, PORTS_PER_CLUSTER)
    if PORTS_OF_NODES.isdisjoint(range(first, first + PORTS_PER_CLUSTER))
)
"""Blocks that are given, by their number from the first port."""
MAX_VOLUME_NAME = 40


class PortsExhaustedError(Exception):
    """Every block of ports is given, and in this cell ports are the hosts' own."""


RackId = Annotated[Whole, Field(ge=1, le=1_000_000)]
"""AKO 4.5.0 takes 0 to 1000000; 0 is its word for "no rack"."""


class PortsFile(FileModel):
    first: Whole = Field(
        ge=FIRST_PORT,
        le=LAST_PORT - PORTS_PER_CLUSTER + 1,
        multiple_of=PORTS_PER_CLUSTER,
        description="of the block",
    )

    def ports(self, *, tls: bool, admin: bool) -> Ports:
        first = self.first
        return Ports(
            service=first,
            fabric=first + 1,
            heartbeat=first + 2,
            admin=first + 8 if admin else 0,
            tls_service=first + 3 if tls else 0,
            tls_fabric=first + 4 if tls else 0,
            tls_heartbeat=first + 5 if tls else 0,
            exporter=first + 9,
        )


class DeviceAllocation(FileModel):
    volume: str = Field(description="name of the volume")
    path: str = Field(description="of the device in the pod")


class ClusterAllocation(FileModel):
    resource: str = Field(max_length=MAX_RESOURCE_NAME, description="name of the AerospikeCluster")
    ports: PortsFile = Field(description="its block of ten")
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
    group: str = Field("", description="stack group whose state holds the team; changed by `aerofleet stacks move`")


class AllocationsFile(FileModel):
    racks: dict[str, RackId] = Field(default_factory=dict, description="physical rack → Aerospike rack id")
    teams: dict[str, TeamAllocation] = Field(default_factory=dict, description="team → what it was given")
    clusters: dict[str, ClusterAllocation] = Field(default_factory=dict, description="TEAM/CLUSTER → what it was given")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one cluster needs allocated: ``racks`` how many racks, ``pods_per_rack`` how many pods in each of them,
    ``devices`` namespace → how many devices.
    """

    team: str
    name: str
    state: ClusterState
    racks: int
    devices: Mapping[str, int]
    pool: str = ""
    pods_per_rack: int = 1

    @property
    def key(self) -> str:
        return f"{self.team}/{self.name}"


@dataclass(frozen=True, slots=True)
class Place:
    """What a cell has: its physical racks; ``host_ports``: its pods open ports of their hosts; ``hosts``: pool →
    rack → how many hosts exist; a pool that is missing there may use every rack.
    """

    racks: tuple[str, ...]
    host_ports: bool
    hosts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def racks_of(self, pool: str) -> tuple[str, ...]:
        """Return the racks in which the pool has hosts, in the cell's order."""
        hosts = self.hosts.get(pool)
        return self.racks if hosts is None else tuple(rack for rack in self.racks if rack in hosts)


def allocate(
    before: AllocationsFile, place: Place, groups: Mapping[str, str], wanted: Iterable[Wanted]
) -> AllocationsFile:
    """``before`` with everything added that is missing; nothing that was given is changed.

    ``groups`` is team → stack group. Clusters are taken in the order of their names, so that two people who add
    clusters on two branches get a merge conflict instead of the same port twice. A new rack of a cluster is one with
    hosts of its pool, and of those one with the most room. Raises PortsExhaustedError.
    """
    rack_ids = dict(before.racks)
    for rack in place.racks:
        rack_ids.setdefault(rack, max(rack_ids.values(), default=0) + 1)
    teams = dict(before.teams)
    for team in groups:
        teams.setdefault(team, TeamAllocation(namespace=bounded(f"aerospike-{team}", 63), group=groups[team]))
    clusters = dict(before.clusters)
    ports = FreePorts(clusters.values(), of_hosts=place.host_ports)
    requests = sorted(wanted, key=lambda item: item.key)
    room = RackRoom(place, before, requests)
    for each in requests:
        if each.key not in clusters and each.state is ClusterState.RELEASED:
            continue
        given = clusters.get(each.key) or first_allocation(each, ports.take())
        state = next_state(given.state, each.state)
        if state is ClusterState.RELEASED:
            del clusters[each.key]
            continue
        more = room.take(each, given.racks)
        devices = {**given.devices}
        for namespace, count in each.devices.items():
            held = devices.get(namespace, ())
            devices[namespace] = held + tuple(device(namespace, index) for index in range(len(held), count))
        update = {"racks": (*given.racks, *more), "devices": devices, "state": state}
        clusters[each.key] = given.model_copy(update=update)
    return AllocationsFile(racks=rack_ids, teams=teams, clusters=clusters)


def racks_in_use(allocated: Iterable[str], usable: Container[str], count: int) -> tuple[str, ...]:
    """Return the first ``count`` of a cluster's allocated racks that are usable: its cell has them, and its pool hosts
    in them. Fewer where it lacks some.
    """
    return tuple(islice((rack for rack in allocated if rack in usable), count))


class RackRoom:
    """The pods of each pool in each rack, those of clusters that are allocated already and of each one that comes."""

    def __init__(self, place: Place, before: AllocationsFile, requests: Iterable[Wanted]) -> None:
        self.place = place
        self.pods: Counter[tuple[str, str]] = Counter()
        for request in requests:
            if request.key in before.clusters:
                self._add(request, self._in_use(request, before.clusters[request.key].racks))

    def take(self, request: Wanted, allocated: tuple[str, ...]) -> tuple[str, ...]:
        """Return the racks to add to those that the cluster has ``allocated``; none where it has enough.

        Racks with a host for each of its pods come first, then those with the fewest pods a host, then the cell's
        order: clusters spread over the cell, whatever the order of its racks.
        """
        missing = request.racks - len(self._in_use(request, allocated))
        free = [rack for rack in self.place.racks_of(request.pool) if rack not in allocated]
        added = tuple(sorted(free, key=lambda rack: self._fullness(request, rack))[: max(missing, 0)])
        self._add(request, added)
        return added

    def _in_use(self, request: Wanted, allocated: tuple[str, ...]) -> tuple[str, ...]:
        return racks_in_use(allocated, self.place.racks_of(request.pool), request.racks)

    def _add(self, request: Wanted, racks: Iterable[str]) -> None:
        for rack in racks:
            self.pods[request.pool, rack] += request.pods_per_rack

    def _fullness(self, request: Wanted, rack: str) -> tuple[bool, float]:
        hosts = self.place.hosts.get(request.pool, {}).get(rack, 1)
        return hosts < request.pods_per_rack, self.pods[request.pool, rack] / max(hosts, 1)


def first_allocation(wanted: Wanted, port: int) -> ClusterAllocation:
    tls_name = f"{wanted.name}.{wanted.team}.aerospike"
    return ClusterAllocation.model_validate(
        {"resource": bounded(wanted.name, MAX_RESOURCE_NAME), "ports": {"first": port}, "tlsName": tls_name}
    )


def device(namespace: str, index: int) -> DeviceAllocation:
    name = bounded(f"{kubernetes_name(namespace)}-{index}", MAX_VOLUME_NAME)
    return DeviceAllocation(volume=name, path=f"/dev/aerospike/{name}")


class FreePorts:
    """Blocks of ports after all that are given; a block is not given again while any later one is held.

    Past the last one it is the block that the fewest clusters have; of ports ``of_hosts``, one that nobody has.
    """

    def __init__(self, clusters: Iterable[ClusterAllocation], *, of_hosts: bool) -> None:
        self.holders = Counter((given.ports.first - FIRST_PORT) // PORTS_PER_CLUSTER for given in clusters)
        self.of_hosts = of_hosts
        last = max(self.holders, default=-1)
        self.later = (block for block in BLOCKS if block > last)

    @cached_property
    def fewest(self) -> list[tuple[int, int]]:
        """A heap of (how many have it, block), made when no later block is left."""
        heap = [(self.holders[block], block) for block in BLOCKS]
        heapify(heap)
        return heap

    def take(self) -> int:
        """The first port of the next block. Raises PortsExhaustedError."""
        block = next(self.later, None)
        if block is None:
            holders, block = self.fewest[0]
            if holders and self.of_hosts:
                message = (
                    f"all ports from {FIRST_PORT} to {LAST_PORT} are given: {len(BLOCKS)} clusters share a cell's hosts"
                )
                raise PortsExhaustedError(message)
            heapreplace(self.fewest, (holders + 1, block))
        self.holders[block] += 1
        return FIRST_PORT + block * PORTS_PER_CLUSTER


ORDER = tuple(ClusterState)


def next_state(reached: ClusterState, wanted: ClusterState) -> ClusterState:
    """``wanted`` where it is one step further or anywhere back, else ``reached``: `check` names the skipped step."""
    return wanted if ORDER.index(wanted) <= ORDER.index(reached) + 1 else reached
