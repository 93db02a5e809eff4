"""The pods of a cluster as nodes: sets of pods, and the settings with which they run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, is_strongly_consistent, namespaces, replication_factor
from aerofleet.forecast.copies.partitions import Placement

_PLACING = ("replication-factor", "rack-id", "active-rack", "prefer-uniform-balance")
"""Parameters of a namespace by which servers place copies."""


@dataclass(slots=True)
class Pods:
    """The pods that were seen so far. A set of pods is an integer: the pod at ``place[name]`` has that bit.

    ``cluster``: the name. ``has_racks``: False where nobody knows which pods are in a rack.
    """

    cluster: str
    has_racks: bool = True
    place: dict[str, int] = field(default_factory=dict)
    _racks: dict[str, int] = field(default_factory=dict)

    def bits(self, names: Iterable[str]) -> int:
        """Return ``names`` as a set; those that are new get a place."""
        found = 0
        for name in names:
            place = self.place.get(name)
            if place is None:
                place = self.place[name] = len(self.place)
                rack = self.rack(name)
                self._racks[rack] = self._racks.get(rack, 0) | 1 << place
            found |= 1 << place
        return found

    def names(self, pods: int) -> list[str]:
        return [name for name, place in self.place.items() if pods >> place & 1]

    def is_pod(self, name: str) -> bool:
        """Return whether ``name`` is one that the operator gives to a pod of the cluster: ``orders-1-0``."""
        return name.startswith(f"{self.cluster}-") and self.rack(name) != "" and name.rpartition("-")[2].isdigit()

    def rack(self, name: str) -> str:
        """Return the identity of the pod's rack."""
        return name.rpartition("-")[0].removeprefix(f"{self.cluster}-")

    def by_rack(self, pods: int) -> Iterator[tuple[str, int]]:
        """Yield (identity of a rack, those of ``pods`` that are in it)."""
        for rack, own in self._racks.items():
            if own & pods:
                yield rack, own & pods

    def joined(self, key: Callable[[str], object]) -> list[int]:
        """Return the pods of all racks for which ``key`` is the same, as sets."""
        found: dict[object, int] = {}
        for rack, own in self._racks.items():
            found[key(rack)] = found.get(key(rack), 0) | own
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one namespace by identity of the rack, in the specs ``before`` and ``after``. ``racks_before``,
    ``racks_after``: all racks of these, with the namespace or without.
    """

    before: Mapping[str, Config]
    after: Mapping[str, Config]
    racks_before: frozenset[str]
    racks_after: frozenset[str]

    @property
    def is_strong(self) -> bool:
        return any(map(is_strongly_consistent, self.before.values()))

    def of(self, rack: str, *, is_changed: bool) -> Config | None:
        """Return the settings with which pods of ``rack`` run; None where these have no such namespace."""
        is_new = rack in self.racks_after and (is_changed or rack not in self.racks_before)
        return (self.after if is_new else self.before).get(rack)

    def differ(self) -> bool:
        """Return whether any rack places copies by other settings afterwards."""
        return any(
            [self.before[rack].get(key) for key in _PLACING] != [self.after[rack].get(key) for key in _PLACING]
            for rack in self.before.keys() & self.after.keys()
        )

    def placement(self, pods: Pods, changed: int) -> Placement:
        """Return where the copies go while the pods ``changed`` run with the new settings. Of two replication factors
        the smaller one counts, and an active rack where all pods have it.
        """
        racks: dict[int, int] = {}
        factors, preferred, uniform = set(), set(), set()
        for rack, own in pods.by_rack(-1):
            for some, is_changed in ((own & changed, True), (own & ~changed, False)):
                settings = self.of(rack, is_changed=is_changed) if some else None
                if settings is not None:
                    number = _whole(settings.get("rack-id"))
                    racks[number] = racks.get(number, 0) | some
                    factors.add(replication_factor(settings))
                    preferred.add(_whole(settings.get("active-rack")))
                    uniform.add(settings.get("prefer-uniform-balance") is not False)
        active = preferred.pop() if len(preferred) == 1 else 0
        return Placement(
            factor=max(1, min(factors, default=1)),
            racks=tuple(racks[number] for number in sorted(racks)),
            preferred=racks.get(active, 0) if active else 0,
            is_uniform=True in uniform,
        )


def settings_of(before: Cluster, after: Cluster) -> dict[str, Settings]:
    """Return name → settings of every namespace that both specs have."""
    was, now = _by_name(before.racks), _by_name(after.racks)
    racks = [frozenset(rack.identity for rack in cluster.racks) for cluster in (before, after)]
    return {name: Settings(was[name], now[name], *racks) for name in was if name in now}


def _by_name(racks: Iterable[Rack]) -> dict[str, dict[str, Config]]:
    """Return name of a namespace → identity of a rack → settings."""
    found: dict[str, dict[str, Config]] = {}
    for rack in racks:
        for _, name, namespace in namespaces(rack.config):
            found.setdefault(name, {})[rack.identity] = namespace
    return found


def _whole(value: object) -> int:
    return value if type(value) is int else 0
