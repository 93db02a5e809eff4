"""How full nodes get on the way: at the worst moment of a roll-out the nodes that are left have the most data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from aerofleet.aerospike.server_files import SUPERVISOR
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, is_in_memory, namespaces, section, storage_lines
from aerofleet.ako.mounts import volume_under
from aerofleet.findings import Finding, declared
from aerofleet.forecast.members import Member, Members
from aerofleet.forecast.model import NO_DATA, ForecastStep, Load, NamespaceData
from aerofleet.forecast.text import what_happens
from aerofleet.forecast.transfer import Move
from aerofleet.sizing.device import blocks_bytes
from aerofleet.sizing.index import primary_index_bytes
from aerofleet.sizing.namespace import STOP_WRITES_PERCENT_BEFORE_7
from aerofleet.sizing.pod import STOP_WRITES_USED_PERCENT
from aerofleet.sizing.record import ROUNDING_BYTES
from aerofleet.sizing.server import Version, round_up, server_facts
from aerofleet.units.amount import amount
from aerofleet.units.kubernetes_quantity import quantity
from aerofleet.units.version import numbers

STOP_WRITES = declared(
    "stops-writes-on-the-way",
    "A step of the roll-out leaves so much data to the other nodes that one of them stops writes. Applications cannot"
    " write to its partitions until there is room again.",
    scope="change",
    severity="severe",
    remedy="room first: larger or more devices, a higher limit for the time of the change, or more pods",
    source=f"{SUPERVISOR}: eval_stop_writes; Platform rule: docs/concepts/sizing.md",
)
RULES = (STOP_WRITES,)


@dataclass(frozen=True, slots=True)
class Limit:
    """Writes stop once ``of`` (data, indexes or memory) takes ``percent`` of ``bytes`` on a node. ``parameter`` sets
    it, at ``path`` of the spec. ``has_data``, ``has_index``: what counts.
    """

    of: str
    parameter: str
    path: str
    bytes: int
    percent: int
    has_data: bool = False
    has_index: bool = False

    def used_percent(self, data: NamespaceData, share: float, block_bytes: int) -> float:
        """Return how much of the limit a node uses that has ``share`` of the partitions."""
        copies = ceil(data.records * share)
        record = round_up(data.record_bytes, ROUNDING_BYTES)
        stored = blocks_bytes(copies, record, max(block_bytes, record)) if self.has_data and record else 0
        return 100 * (stored + (primary_index_bytes(copies) if self.has_index else 0)) / self.bytes


@dataclass(frozen=True, slots=True)
class Room:
    """``cluster``: that before the change, whose limits hold until its pods restart. ``first``: namespace → rack id →
    share of all partitions on a node of the rack, before the first step.
    """

    cluster: Cluster
    members: Members
    load: Load
    first: Mapping[str, Mapping[int, float]]

    def findings(self, steps: Sequence[ForecastStep], moves: Sequence[Sequence[Move]]) -> Iterator[Finding]:
        """Yield a finding for each limit of a namespace that a step reaches, and that nothing reaches before the
        change.
        """
        for namespace in self.members.namespaces:
            data = self.load.get(namespace.name, NO_DATA)
            for limit, racks in self._limits(self.cluster, namespace):
                if self._most(limit, data, racks, self.first[namespace.name]) >= limit.percent:
                    continue
                worst = [
                    (self._most(limit, data, racks, move.fullest), place)
                    for place, of_step in enumerate(moves)
                    for move in of_step
                    if move.namespace is namespace
                ]
                used, place = max(worst, key=lambda found: (round(found[0], 3), -found[1]), default=(0.0, 0))
                if used >= limit.percent:
                    where = f"step {place + 1} of {len(steps)}, {what_happens(steps[place])}"
                    yield self._finding(namespace, limit, used, where)
                    break

    def _finding(self, namespace: Member, limit: Limit, used: float, where: str) -> Finding:
        room = amount(limit.bytes, "B")
        return STOP_WRITES.finding(
            limit.path,
            f"{where}: {limit.of} of {namespace.name} may fill {used:,.0f} % of {room} on a node that is left, "
            f"and writes stop at {limit.percent} % ({limit.parameter})",
        )

    def _most(self, limit: Limit, data: NamespaceData, racks: frozenset[int], fullest: Mapping[int, float]) -> float:
        share = max((share for rack, share in fullest.items() if rack in racks), default=0.0)
        version = _version(self.cluster)
        facts = server_facts(version)
        block = facts.memory_block_bytes if limit.of == "memory" else facts.device_block_bytes
        return limit.used_percent(data, share, block or facts.device_block_bytes)

    def _limits(self, cluster: Cluster, namespace: Member) -> Iterator[tuple[Limit, frozenset[int]]]:
        """Yield each different limit with the rack ids of the nodes that have it."""
        found: dict[Limit, set[int]] = {}
        for rack in cluster.racks:
            for position, name, settings in namespaces(rack.config):
                if name == namespace.name:
                    path = cluster.config_path(rack, "namespaces", position)
                    for limit in limits_of(rack, settings, _version(cluster), path):
                        found.setdefault(limit, set()).add(self.members.rack_id(namespace, rack.identity))
        for limit, racks in found.items():
            yield limit, frozenset(racks)


def limits_of(rack: Rack, namespace: Config, version: Version, path: str) -> Iterator[Limit]:
    """Yield the limits of a namespace at which writes stop; those whose capacity nobody can read are left out."""
    engine, in_memory = section(namespace, "storage-engine"), is_in_memory(namespace)
    stored = _stored_bytes(rack, engine)
    if version < (7, 0):
        size = _whole(namespace, "memory-size", 0)
        percent = _whole(namespace, "stop-writes-pct", STOP_WRITES_PERCENT_BEFORE_7)
        if size:
            yield Limit(
                "memory",
                "stop-writes-pct",
                f"{path}.stop-writes-pct",
                size,
                percent,
                has_data=in_memory,
                has_index=True,
            )
        parameter = "max-used-pct"
    else:
        budget = _whole(namespace, "indexes-memory-budget", 0)
        if budget and version >= (7, 1) and section(namespace, "index-type").get("type") in (None, "shmem"):
            yield Limit(
                "indexes", "indexes-memory-budget", f"{path}.indexes-memory-budget", budget, 100, has_index=True
            )
        parameter = "stop-writes-used-pct"
        stored = stored or (_whole(engine, "data-size", 0) if in_memory else 0)
    percent = _whole(engine, parameter, STOP_WRITES_USED_PERCENT)
    if stored and percent and (version >= (7, 0) or (version >= (6, 3) and not in_memory)):
        yield Limit("data", parameter, f"{path}.storage-engine.{parameter}", stored, percent, has_data=True)


def _stored_bytes(rack: Rack, engine: Config) -> int:
    """Return the bytes of all devices or files of a namespace on a node; 0 where one of them is not known."""
    devices, files = storage_lines(engine, "devices"), storage_lines(engine, "files")
    if files:
        return len(files) * _whole(engine, "filesize", 0)
    sizes = []
    for line in devices:
        mounted = volume_under(rack, line.split()[0]) if line.split() else None
        size = section(mounted[0], "source", "persistentVolume").get("size") if mounted else None
        sizes.append(int(quantity(size)) if size is not None else 0)
    return sum(sizes) if all(sizes) else 0


def _version(cluster: Cluster) -> Version:
    """Return the version of the servers; the newest known one where the image has none."""
    return tuple(numbers(cluster.version)) or (8, 1)


def _whole(settings: Config, key: str, default: int) -> int:
    value = settings.get(key, default)
    return int(value) if isinstance(value, (int, float)) else default
