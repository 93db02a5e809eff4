"""The namespaces of a cluster that changes, as data that moves: which pods share it, and by which settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, is_strongly_consistent, namespaces, replication_factor, section
from aerofleet.ako.rollout.roster import node_id
from aerofleet.ako.status import Status, pod_names
from aerofleet.forecast.shares import Layout, shares

MIGRATE_THREADS = 1
MIGRATE_MAX_INCOMING = 4
MIGRATE_SLEEP_MICROSECONDS = 1
"""Defaults of migrate-threads, migrate-max-num-incoming and migrate-sleep (configuration schema 8.1)."""


@dataclass(frozen=True, slots=True)
class Migration:
    """How the servers of a cluster move data. ``threads``: migrate-threads of a node. ``incoming``: the most partitions
    that a node takes at a time. ``fill_delay_seconds``: migrate-fill-delay.
    """

    threads: int
    incoming: int
    fill_delay_seconds: int


@dataclass(slots=True)
class Member:
    """A namespace that both specs have, and its ``pods``: those that share its data. ``factor``: copies now;
    ``factor_after``: those that the change asks for. ``sleep_microseconds``: migrate-sleep, for each record.
    ``ignores_delay``: migrate-fill-delay does not count for it.
    """

    name: str
    strong: bool
    factor: int
    factor_after: int
    is_uniform: bool
    sleep_microseconds: int
    ignores_delay: bool
    pods: set[str]


class Members:
    """The pods of a cluster on its way from ``before`` to ``after``."""

    def __init__(self, before: Cluster, after: Cluster, status: Status | None) -> None:
        self.name = before.name
        self._racks = {rack.identity: rack for cluster in (after, before) for rack in cluster.racks}
        self.pods = set(status.pods if status and status.pods else pod_names(before))
        was, now = _by_name(before), _by_name(after)
        self.namespaces = [
            _member(name, was[name], now[name], self._sharing(was[name], before)) for name in was if name in now
        ]
        self.migration = migration_of(before.racks[0].config)

    def rack_of(self, pod: str) -> str:
        """Return the identity of the rack of a pod."""
        return pod.rpartition("-")[0].removeprefix(f"{self.name}-")

    def layout(self, namespace: Member, pods: Iterable[str]) -> Layout:
        """Return the number of ``pods`` in each rack as the namespace sees racks: all in rack 0 where it is not
        rack-aware.
        """
        counts: Counter[int] = Counter()
        for identity, number in Counter(map(self.rack_of, pods)).items():
            counts[self.rack_id(namespace, identity)] += number
        return tuple(sorted(counts.items()))

    def shares(self, namespace: Member) -> Mapping[int, float]:
        """Return rack id → share of all partitions on a node of the rack, now."""
        return shares(self.layout(namespace, namespace.pods), namespace.factor)

    def rack_id(self, namespace: Member, identity: str) -> int:
        """Return the rack-id that the servers of a rack have for the namespace; 0 where they have none."""
        rack = self._racks.get(identity)
        return _rack_id(rack, namespace.name) if rack else 0

    def of_roster(self, nodes: Iterable[str]) -> set[str]:
        """Return the pods of a roster's node ids."""
        wanted = {node.partition("@")[0] for node in nodes}
        return {pod for pod in self.pods if self._node_id(pod) in wanted}

    def _node_id(self, pod: str) -> str:
        rack = self._racks.get(self.rack_of(pod))
        ordinal = pod.rpartition("-")[2]
        return node_id(rack.id, int(ordinal)) if rack and ordinal.isdigit() else ""

    def _sharing(self, namespace: Config, before: Cluster) -> set[str]:
        """Return the pods that share the data of a namespace: with strong consistency, those of the roster."""
        if not is_strongly_consistent(namespace):
            return set(self.pods)
        blocked = set(before.spec.get("rosterNodeBlockList") or [])
        out = {rack.identity for rack in before.racks if rack.is_blocked_from_roster}
        return {pod for pod in self.pods if self.rack_of(pod) not in out and self._node_id(pod) not in blocked}


def migration_of(config: Config) -> Migration:
    """Return how servers with this configuration move data."""
    service = section(config, "service")
    return Migration(
        threads=_whole(service, "migrate-threads", MIGRATE_THREADS),
        incoming=_whole(service, "migrate-max-num-incoming", MIGRATE_MAX_INCOMING),
        fill_delay_seconds=_whole(service, "migrate-fill-delay", 0),
    )


def _member(name: str, was: Config, now: Config, pods: set[str]) -> Member:
    return Member(
        name=name,
        strong=is_strongly_consistent(was),
        factor=max(1, replication_factor(was)),
        factor_after=max(1, replication_factor(now)),
        is_uniform=now.get("prefer-uniform-balance") is not False,
        sleep_microseconds=_whole(now, "migrate-sleep", MIGRATE_SLEEP_MICROSECONDS),
        ignores_delay=now.get("ignore-migrate-fill-delay") is True,
        pods=pods,
    )


def _by_name(cluster: Cluster) -> dict[str, Config]:
    return {name: namespace for rack in reversed(cluster.racks) for _, name, namespace in namespaces(rack.config)}


def _rack_id(rack: Rack, namespace: str) -> int:
    for _, name, settings in namespaces(rack.config):
        if name == namespace:
            return _whole(settings, "rack-id", 0)
    return 0


def _whole(settings: Config, key: str, default: int) -> int:
    value = settings.get(key, default)
    return int(value) if isinstance(value, (int, float)) else default
