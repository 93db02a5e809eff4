"""A roll-out, act by act, in the simulator of partitions: what is true after each act.

Written apart from `aerofleet.forecast`: it reads the acts themselves, and no figure of a forecast.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, is_purely_in_memory, is_strongly_consistent, namespaces, replication_factor
from aerofleet.ako.rollout.acts import (
    Act,
    DeleteClaims,
    Exec,
    OnPods,
    Recluster,
    Repeat,
    Rollout,
    RosterSet,
    Scale,
    Step,
    Wait,
)
from aerofleet.ako.status import pod_names
from tests.partitions.model import (
    Add,
    Back,
    Event,
    Layout,
    Namespace,
    Node,
    Out,
    Quiesce,
    Remove,
    SetRack,
    SetReplicationFactor,
    SetRoster,
    Settle,
)
from tests.partitions.simulator import Simulation

DATA_VOLUME = "data"


class Figures(NamedTuple):
    """Live copies of the record with the fewest, also after the worst loss of a host or rack.

    ``unserved``: 0, 1 or 2 where no, some or all partitions are not served; how many is up to the hash.
    """

    copies: int
    after_host_loss: int
    after_rack_loss: int
    unserved: int

    def worse(self, other: Figures) -> Figures:
        return Figures(*map(min, self[:3], other[:3]), max(self.unserved, other.unserved))


def level(unserved: int, partitions: int) -> int:
    """Return 0, 1 or 2 where no, some or all partitions are not served."""
    return 0 if not unserved else 2 if unserved >= partitions else 1


@dataclass
class Course:
    """One namespace of a cluster on its way. ``hosts``: pod → host; a pod that is not in it is alone on its host."""

    before: Cluster
    after: Cluster
    namespace: str
    hosts: Mapping[str, str] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()
    partitions: int = 256

    def __post_init__(self) -> None:
        names = list(pod_names(self.before))
        self.settings = {name: self._settings(self.before, name) for name in names}
        self.identity = {name: number for number, name in enumerate(names)}
        first = self._first()
        self.is_strong = is_strongly_consistent(first)
        self.in_memory = is_purely_in_memory(first)
        self.factor = replication_factor(first)
        self.simulation = Simulation(
            Layout(tuple(self._node(name) for name in names)),
            Namespace(self.factor, self.is_strong, first.get("prefer-uniform-balance") is not False),
            partitions=self.partitions,
        )
        self.away: set[str] = set()
        self.quiesced: set[str] = set()
        self.restarting: set[str] = set()
        self.emptied: set[str] = set()
        if self.failed:
            self._apply(Out(tuple(sorted(self.failed)), clean=False))
            self.away |= self.failed

    def truths(self, rollout: Rollout) -> Iterator[tuple[Step, Figures]]:
        """Yield what is true after every act; for acts that repeat for ever, of two rounds."""
        now = self._truth()
        for step in _steps(rollout):
            events = list(self._events(step, step.act))
            if events:
                now = self._truth()
            yield step, now

    # --- acts -----------------------------------------------------------------------------------------------------

    def _events(self, step: Step, act: Act) -> Iterator[Event]:
        """Apply the events of one act, and yield them."""
        match act:
            case OnPods(kind="quiesce"):
                self.quiesced |= set(act.pods)
            case OnPods(kind="quiesce-undo"):
                self.quiesced -= set(act.pods)
            case Recluster():
                yield from self._reclustered()
            case OnPods(kind="delete-pod"):
                yield from self._out(act.pods)
            case DeleteClaims() if any(claim.startswith(f"{DATA_VOLUME}-") for claim in act.claims):
                self.emptied |= set(step.emptied)
            case Exec(what="quick-restart", failed=False):
                self.restarting.add(act.pod)
                yield from self._out((act.pod,))
            case OnPods(kind="ready"):
                yield from self._back(act.pods, is_cold=True)
            case Scale() if act.after < act.before:
                yield from self._out(
                    f"{self.before.name}-{act.rack}-{ordinal}" for ordinal in range(act.after, act.before)
                )
            case OnPods(kind="gone"):
                yield self._apply(Remove(tuple(name for name in act.pods if name in self.settings)))
                self._forget(act.pods)
            case Wait(what="migrations"):
                yield from self._back(sorted(self.restarting & self.away), is_cold=False)
                self.restarting.clear()
                yield self._apply(Settle())
            case RosterSet() if act.namespace == self.namespace:
                yield self._apply(SetRoster(tuple(sorted(self._named(act.nodes)))))
            case Exec(what="update-conf"):
                self.settings[act.pod] = self._settings(self.after, act.pod)

    def _reclustered(self) -> Iterator[Event]:
        yield from self._factors()
        here = self.quiesced & self.settings.keys() - self.away
        yield self._apply(Quiesce(tuple(sorted(here))))

    def _out(self, pods: Iterable[str]) -> Iterator[Event]:
        leaving = tuple(name for name in pods if name in self.settings and name not in self.away)
        if leaving:
            self.quiesced -= set(leaving)
            self.away |= set(leaving)
            yield self._apply(Out(leaving))

    def _back(self, pods: Iterable[str], *, is_cold: bool) -> Iterator[Event]:
        new = [name for name in pods if name not in self.settings]
        known = [name for name in pods if name in self.away and name in self.settings]
        for name in (*new, *known):
            was = self.settings.get(name)
            self.settings[name] = self._settings(self.after, name)
            self.identity.setdefault(name, len(self.identity))
            if was is not None and was.get("rack-id") != self.settings[name].get("rack-id"):
                yield self._apply(SetRack((name,), self.settings[name].get("rack-id", 0)))
        yield from self._factors()
        empties = self.in_memory and (is_cold or self.before.version.startswith("6."))
        empty = tuple(name for name in known if empties or name in self.emptied)
        full = tuple(name for name in known if name not in empty)
        self.away -= set(known)
        self.emptied -= set(known)
        if empty:
            yield self._apply(Back(empty, empty=True))
        if full:
            yield self._apply(Back(full))
        if new:
            yield self._apply(Add(tuple(self._node(name) for name in new)))

    def _factors(self) -> Iterator[Event]:
        """Of two replication factors the smaller one counts."""
        factor = min(replication_factor(settings) for settings in self.settings.values())
        if factor != self.factor:
            self.factor = factor
            yield self._apply(SetReplicationFactor(factor))

    def _forget(self, pods: Iterable[str]) -> None:
        for name in pods:
            self.settings.pop(name, None)
            self.away.discard(name)
            self.quiesced.discard(name)

    def _apply(self, event: Event) -> Event:
        self.simulation.apply(event)
        return event

    # --- what is true ---------------------------------------------------------------------------------------------

    def _truth(self) -> Figures:
        observed = self.simulation.observe()
        live = set(self.simulation.succession(0))
        holders = {
            frozenset(held & live)
            for partition in range(self.partitions)
            for held in self.simulation.holders(partition)
        }
        by_host: dict[str, set[str]] = {}
        by_rack: dict[int, set[str]] = {}
        for name in live:
            by_host.setdefault(self.hosts.get(name, f"host of {name}"), set()).add(name)
            by_rack.setdefault(_rack_id(name), set()).add(name)
        return Figures(
            observed.record_copies,
            min((len(held - lost) for lost in by_host.values() for held in holders), default=0),
            min((len(held - lost) for lost in by_rack.values() for held in holders), default=0),
            level(observed.unavailable + observed.dead, self.partitions),
        )

    # --- pods -----------------------------------------------------------------------------------------------------

    def _settings(self, cluster: Cluster, pod: str) -> Config:
        rack = _rack(cluster, pod) or _rack(self.after, pod) or _rack(self.before, pod)
        assert rack is not None
        return next(settings for _, name, settings in namespaces(rack.config) if name == self.namespace)

    def _first(self) -> Config:
        return next(iter(self.settings.values()))

    def _node(self, name: str) -> Node:
        return Node(name, self.settings[name].get("rack-id", 0), self.identity[name])

    def _named(self, nodes: Iterable[str]) -> Iterator[str]:
        ids = {node.partition("@")[0] for node in nodes}
        for name in self.settings:
            number = f"{_rack_id(name)}A{name.rpartition('-')[2]}".lstrip("0")
            if number in ids:
                yield name


def _steps(rollout: Rollout) -> Iterator[Step]:
    for step in rollout.steps:
        if isinstance(step, Repeat):
            yield from step.steps * 2
        else:
            yield step


def _rack(cluster: Cluster, pod: str) -> Rack | None:
    return next((rack for rack in cluster.racks if pod.startswith(f"{cluster.name}-{rack.identity}-")), None)


def _rack_id(pod: str) -> int:
    """Return the rack id in the name of a pod: ``orders-1-0``, ``orders-1-b-0`` with a revision."""
    return int(pod.split("-")[1])
