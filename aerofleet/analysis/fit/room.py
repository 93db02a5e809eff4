"""The hosts of each pool in each rack, what they have for pods, and the pods that have to run on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from aerofleet.ako.cluster import Cluster as WrittenCluster
from aerofleet.ako.cluster import Rack
from aerofleet.ako.config import entries, section, texts
from aerofleet.ako.resource_requests import request_of_pod
from aerofleet.ako.status import rack_sizes
from aerofleet.analysis.fit.packing import Amounts, Answer, Bin, Lack, Pods, answer_of
from aerofleet.files.choices import HostState
from aerofleet.files.metal import HostModel, Partition
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.metal import Host, Pool
from aerofleet.sizing import memory_for_pods
from aerofleet.units.kubernetes_quantity import quantity, size_text

CLAIM = ("source", "persistentVolume")
MOST_THREADS_OF_A_CORE = 2
"""Kubernetes counts logical CPUs: two for each core with hyper-threading, one without (x86-64 and Arm servers)."""
WrittenClusters = Mapping[str, WrittenCluster]
"""TEAM/CLUSTER → the resource as the operator reads it."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """What pods ask hosts for: ``memory`` in bytes, ``cpu`` in thousandths of a core, or ``volumes`` of a storage class
    and mode with ``size_bytes`` or more. ``smaller_bytes``: the next smaller size of such volumes.
    """

    name: str
    storage_class: str = ""
    mode: str = ""
    size_bytes: int = 0
    smaller_bytes: int = 0

    def text(self, amount: int) -> str:
        """Return an amount with its unit, for a message."""
        if self.name == "memory":
            return size_text(amount)
        if self.name == "cpu":
            return f"{amount / 1000:g} CPU{'' if amount == 1000 else 's'}"
        return f"{amount:,} volume{'' if amount == 1 else 's'}"

    @property
    def label(self) -> str:
        """Return what it is, to follow an amount: ``of memory``."""
        if self.name == "volumes":
            return f"of storage class '{self.storage_class}' with {size_text(self.size_bytes)}"
        return "of memory" if self.name == "memory" else ""

    def said(self, amount: int) -> str:
        return f"{self.text(amount)} {self.label}".strip()


MEMORY, CPU = Dimension("memory"), Dimension("cpu")


@dataclass(frozen=True)
class RackRoom:
    """The hosts of a pool in one rack that exist, and the pods that have to run on them.

    ``at_most``: what the hosts cannot have more than; ``planned``: what they are expected to have, the same where
    `hosts.yaml` says what is allocatable. ``pods``: those of each cluster. ``dimensions``: of all amounts here.
    ``is_local``: the pool's volumes are on its hosts, so that no pod follows to another host with its data.
    """

    pool: str
    rack: str
    hosts: tuple[Host, ...]
    at_most: tuple[Bin, ...]
    planned: tuple[Bin, ...]
    pods: tuple[Pods, ...]
    dimensions: tuple[Dimension, ...]
    is_local: bool

    @property
    def is_exact(self) -> bool:
        return self.at_most == self.planned

    def asked(self, dimension: int = 0) -> int:
        """Return what all pods ask for: memory, or another dimension by its index."""
        return sum(group.count * group.need[dimension] for group in self.pods)

    def there(self, dimension: int = 0) -> int:
        """Return what all hosts are expected to have for pods."""
        return sum(host.room[dimension] for host in self.planned)

    @cached_property
    def judged(self) -> tuple[Pods, ...]:
        """The pods that have enough hosts by their number: the rule ``rack-hosts`` reports the others."""
        return tuple(group for group in self.pods if self._free(group) >= (group.count if group.apart else 1))

    def _free(self, group: Pods) -> int:
        return sum(1 for host in self.hosts if host.name not in group.never_on) if group.never_on else len(self.hosts)

    @cached_property
    def too_large(self) -> tuple[Pods, ...]:
        """The pods of which no host here can hold one."""
        hosts = list({host.room: host for host in self.at_most}.values())  # equal ones are looked at once
        return tuple(
            group
            for group in self.judged
            if not any(group.may_use(host) for host in (self.at_most if group.never_on else hosts))
        )

    @cached_property
    def of_hosts(self) -> tuple[Answer, Lack | None]:
        """Whether the other pods can be placed on hosts of `at_most`: ``impossible`` is certain."""
        return answer_of(self.at_most, [group for group in self.judged if group not in self.too_large])

    @cached_property
    def of_plan(self) -> tuple[Answer, Lack | None]:
        """Whether all pods can be placed on hosts of `planned`."""
        return answer_of(self.planned, self.judged)

    @cached_property
    def of_loss(self) -> tuple[Host, Answer, Lack | None] | None:
        """The first host without which the pods can't be placed on the others, or without which nobody knows; None if
        there is no such host, or if they can't be placed anyway.
        """
        if not self.judged or self.of_plan[0] != "fits":
            return None
        judged: set[tuple[object, ...]] = set()
        for host, planned in zip(self.hosts, self.planned, strict=True):
            kind = (planned.room, *(host.name in group.never_on for group in self.judged if group.never_on))
            if kind in judged:
                continue
            judged.add(kind)
            answer, lack = answer_of([other for other in self.planned if other is not planned], self.judged)
            if answer != "fits":
                return host, answer, lack
        return None


def rooms_of(cell: Cell, written: WrittenClusters) -> tuple[RackRoom, ...]:
    """Return the room of each pool in each rack in which it has hosts, or pods of a cluster."""
    in_pools: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in cell.clusters:
        if cluster.key in written:
            in_pools[cluster.settings.pool].append(cluster)
    return tuple(
        room for pool in cell.pools for room in _rooms_of_pool(pool, cell.racks, in_pools.get(pool.name, ()), written)
    )


def _rooms_of_pool(
    pool: Pool, racks: Sequence[str], clusters: Iterable[Cluster], written: WrittenClusters
) -> Iterator[RackRoom]:
    dimensions = (MEMORY, CPU, *_volume_dimensions(pool))
    in_racks: dict[str, list[Pods]] = defaultdict(list)
    for cluster in clusters:
        for rack, group in _pods_of(cluster, written[cluster.key], dimensions):
            in_racks[rack].append(group)
    for rack in racks:
        hosts = tuple(host for host in pool.hosts if host.rack == rack and host.state is not HostState.ABSENT)
        if hosts or rack in in_racks:
            volumes = {host.model_name: _volumes_of(host.model, pool, dimensions) for host in hosts}
            at_most = tuple(Bin(host.name, (*_most(host.model), *volumes[host.model_name])) for host in hosts)
            planned = tuple(Bin(host.name, (*_planned(host.model), *volumes[host.model_name])) for host in hosts)
            pods = tuple(in_racks.get(rack, ()))
            yield RackRoom(pool.name, rack, hosts, at_most, planned, pods, dimensions, pool.provisioner != "existing")


def _pods_of(cluster: Cluster, written: WrittenCluster, dimensions: Sequence[Dimension]) -> Iterator[tuple[str, Pods]]:
    """Yield (rack, its pods) of a cluster."""
    memory, cores = (request_of_pod(written, "requests", kind) for kind in ("memory", "cpu"))
    blocked = frozenset(texts(written.spec.get("k8sNodeBlockList")))
    apart = not cluster.settings.multi_pod_per_host
    volumes: Amounts | None = None
    for rack, count in zip(written.racks, rack_sizes(written.size, len(written.racks)), strict=True):
        if volumes is None or not rack.is_shared:
            volumes = _claimed(rack, dimensions)
        need = (int(memory), int(cores * 1000), *volumes)
        if count:
            yield str(rack.own.get("rackLabel")), Pods(cluster.key, count, need, apart, blocked)


def _volume_dimensions(pool: Pool) -> Iterator[Dimension]:
    """Yield a dimension for each size of volumes that the pool makes, none where somebody else makes them.

    A claim takes a volume of its size or a larger one. So for each size, the claims that need it are compared with the
    volumes that have it: where all of these comparisons hold, each claim has a volume.
    """
    if pool.provisioner != "existing":
        sizes: dict[tuple[str, str], set[int]] = defaultdict(set)
        for part in pool.partitions:
            sizes[part.storage_class, part.mode].add(part.size)
        for kind, of_kind in sizes.items():
            for smaller, size in pairwise((0, *sorted(of_kind))):
                yield Dimension("volumes", *kind, size, smaller)


def _volumes_of(model: HostModel, pool: Pool, dimensions: Sequence[Dimension]) -> Amounts:
    drives = sum(drive.count for drive in model.drives)

    def is_large_enough(part: Partition, dimension: Dimension) -> bool:
        is_same = (part.storage_class, part.mode) == (dimension.storage_class, dimension.mode)
        return is_same and part.size >= dimension.size_bytes

    return tuple(
        sum(part.count * drives for part in pool.partitions if is_large_enough(part, dimension))
        for dimension in dimensions[2:]
    )


def _claimed(rack: Rack, dimensions: Sequence[Dimension]) -> Amounts:
    """Return how many claims of each pod need a volume of each size or a larger one."""
    claims = [claim for volume in entries(rack.storage, "volumes") if (claim := section(volume, *CLAIM))]
    wanted = [
        (claim.get("storageClass"), claim.get("volumeMode"), quantity(claim.get("size") or 0)) for claim in claims
    ]
    return tuple(
        sum(
            1
            for storage_class, mode, size in wanted
            if storage_class == dimension.storage_class and mode == dimension.mode and size > dimension.smaller_bytes
        )
        for dimension in dimensions[2:]
    )


def _most(model: HostModel) -> Amounts:
    """Return memory and CPUs that pods can have at most: Kubernetes never has more than the machine."""
    if model.allocatable:
        return model.allocatable.memory, model.allocatable.cpu
    return model.memory, model.cores * 1000 * MOST_THREADS_OF_A_CORE


def _planned(model: HostModel) -> Amounts:
    """Return memory and CPUs that pods are expected to have: without kernel and system, and one CPU for each core."""
    if model.allocatable:
        return _most(model)
    return memory_for_pods(model.memory), model.cores * 1000
