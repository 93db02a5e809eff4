"""Allocate what never changes: names, ports, racks and devices.

No value is derived from order or count, so adding or removing a cluster changes no byte of another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heapify, heapreplace
from itertools import islice

from aerofleet.files.allocations import (
    BLOCKS,
    FIRST_PORT,
    LAST_PORT,
    MAX_VOLUME_NAME,
    PORTS_PER_CLUSTER,
    AllocationsFile,
    ClusterAllocation,
    DeviceAllocation,
    PortBlock,
    TeamAllocation,
)
from aerofleet.files.choices import ClusterState
from aerofleet.findings.stop import MistakeError
from aerofleet.fleet.cluster import Ports
from aerofleet.units.cluster_key import cluster_key
from aerofleet.units.names import MAX_RESOURCE_NAME, bounded, kubernetes_name

ORDER = tuple(ClusterState)


class PortsExhaustedError(MistakeError):
    """Every block of ports is allocated, and in this cell the pods open ports of their hosts."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The allocations that one cluster needs. ``racks``: number of racks; ``pods_per_rack``: number of pods in each
    rack; ``devices``: namespace → number of devices.
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
        return cluster_key(self.team, self.name)


@dataclass(frozen=True, slots=True)
class CellRacks:
    """The racks and hosts of a cell. ``racks``: its physical racks; ``host_ports``: its pods open ports of their hosts;
    ``hosts``: pool → rack → number of hosts; a pool that is missing there may use every rack.
    """

    racks: tuple[str, ...]
    host_ports: bool
    hosts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def racks_of(self, pool: str) -> tuple[str, ...]:
        """Return the racks in which the pool has hosts, in the cell's order."""
        hosts = self.hosts.get(pool)
        return self.racks if hosts is None else tuple(rack for rack in self.racks if rack in hosts)


def allocate(
    before: AllocationsFile, place: CellRacks, groups: Mapping[str, str], wanted: Iterable[Wanted]
) -> AllocationsFile:
    """Return ``before`` with every missing allocation added; existing allocations do not change.

    ``groups`` is team → stack group. Clusters are taken in the order of their names, so that two people who add
    clusters on two branches get a merge conflict instead of the same port twice. A new rack of a cluster has hosts of
    its pool, and the most room among such racks. Raises PortsExhaustedError.
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
    for request in requests:
        if request.key not in clusters and request.state is ClusterState.RELEASED:
            continue
        allocation = clusters.get(request.key) or first_allocation(request, ports.take())
        state = next_state(allocation.state, request.state)
        if state is ClusterState.RELEASED:
            del clusters[request.key]
            continue
        more = room.take(request, allocation.racks)
        devices = {**allocation.devices}
        for namespace, count in request.devices.items():
            allocated = devices.get(namespace, ())
            added = (device(namespace, index) for index in range(len(allocated), count))
            devices[namespace] = (*allocated, *added)
        update = {"racks": (*allocation.racks, *more), "devices": devices, "state": state}
        clusters[request.key] = allocation.model_copy(update=update)
    return before.model_copy(update={"racks": rack_ids, "teams": teams, "clusters": clusters})


def racks_in_use(allocated: Iterable[str], usable: Container[str], count: int) -> tuple[str, ...]:
    """Return the first ``count`` of a cluster's allocated racks that are usable: racks of its cell with hosts of its
    pool. Fewer if fewer are usable.
    """
    return tuple(islice((rack for rack in allocated if rack in usable), count))


class RackRoom:
    """The number of pods of each pool in each rack: of allocated clusters, and of those allocated by ``take``."""

    def __init__(self, place: CellRacks, before: AllocationsFile, requests: Iterable[Wanted]) -> None:
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
    """The blocks of ports for new clusters: first those after the last allocated block.

    After the last possible block, ``take`` reuses the block that the fewest clusters have. With ``of_hosts`` two
    clusters never share a block, so it takes a block that no cluster has.
    """

    def __init__(self, clusters: Iterable[ClusterAllocation], *, of_hosts: bool) -> None:
        self.holders = Counter((allocation.ports.first - FIRST_PORT) // PORTS_PER_CLUSTER for allocation in clusters)
        self.of_hosts = of_hosts
        last = max(self.holders, default=-1)
        self.later = (block for block in BLOCKS if block > last)

    @cached_property
    def fewest(self) -> list[tuple[int, int]]:
        """A heap of (number of clusters that have the block, block), made when no later block is left."""
        heap = [(self.holders[block], block) for block in BLOCKS]
        heapify(heap)
        return heap

    def take(self) -> int:
        """Allocate the next block and return its first port. Raises PortsExhaustedError."""
        block = next(self.later, None)
        if block is None:
            holders, block = self.fewest[0]
            if holders and self.of_hosts:
                shared = f"{len(BLOCKS)} clusters share a cell's hosts"
                message = f"all ports from {FIRST_PORT} to {LAST_PORT} are allocated: {shared}"
                raise PortsExhaustedError(message)
            heapreplace(self.fewest, (holders + 1, block))
        self.holders[block] += 1
        return FIRST_PORT + block * PORTS_PER_CLUSTER


def next_state(reached: ClusterState, wanted: ClusterState) -> ClusterState:
    """Return ``wanted`` if it is the next state or an earlier one, else ``reached``: `check` names the skipped
    state.
    """
    return wanted if ORDER.index(wanted) <= ORDER.index(reached) + 1 else reached


def ports_of(block: PortBlock, *, admin: bool) -> Ports:
    """Return the ports of a cluster in its allocated block of ten; ``admin``: whether its server has an admin port."""
    first = block.first
    return Ports(
        service=first,
        fabric=first + 1,
        heartbeat=first + 2,
        tls_service=first + 3,
        tls_fabric=first + 4,
        tls_heartbeat=first + 5,
        admin=first + 8 if admin else 0,
        exporter=first + 9,
    )
