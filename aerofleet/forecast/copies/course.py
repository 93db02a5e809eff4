"""The live copies of every namespace after each act of a roll-out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import MIN_CLUSTER_SIZE
from aerofleet.ako.rollout.acts import (
    MIGRATIONS,
    Act,
    DeleteClaims,
    Exec,
    OnPods,
    Recluster,
    Repeat,
    Rollout,
    RosterSet,
    SetConfig,
    Step,
    Wait,
)
from aerofleet.ako.rollout.forecast import NOTHING_KNOWN
from aerofleet.ako.rollout.model import Facts, Goal
from aerofleet.ako.rollout.roster import first_roster, node_id
from aerofleet.ako.status import Status, pod_names
from aerofleet.forecast.copies.kept import Kept
from aerofleet.forecast.copies.namespace import Namespace
from aerofleet.forecast.copies.pods import Pods, settings_of
from aerofleet.forecast.copies.quorum import Quorum
from aerofleet.forecast.model import NamespaceCopies, worse_shortage

Figures = tuple[NamespaceCopies, ...]
ROUNDS = 2
"""Rounds of steps that repeat for ever: the second one begins where the first one ends."""


@dataclass(frozen=True, slots=True)
class Copies:
    """``unknown``: what no file shows, and what is assumed instead. ``figures``: for every act of the roll-out, by its
    identity, because two acts can be equal.
    """

    unknown: tuple[str, ...] = ()
    figures: dict[int, Figures] = field(default_factory=dict, repr=False)

    def after(self, step: Step) -> Figures:
        """Return the figures after one act; none where no namespace has data."""
        return self.figures.get(id(step), ())

    def during(self, steps: Iterable[Step]) -> Figures:
        """Return the worst figures after any of ``steps``."""
        found: Figures = ()
        for step in steps:
            found = _worse(found, self.after(step))
        return found


def copies_of(
    before: Cluster | None,
    after: Cluster | None,
    rollout: Rollout,
    *,
    status: Status | None = None,
    facts: Facts = NOTHING_KNOWN,
) -> Copies:
    """Return the live copies after every act of ``rollout``, for each namespace that both clusters have.

    A new cluster has no data yet, a deleted one and a namespace that leaves have none to keep: they have no figures.
    ``status``: that of ``before``, where its roll-out is not finished, or pods have failed.
    """
    if before is None or after is None or (before.name, before.namespace) != (after.name, after.namespace):
        return Copies()
    course = _Course(before, after, status, facts)
    for step in rollout.steps:
        if isinstance(step, Repeat):
            for inner in step.steps * ROUNDS:
                course.follow(inner)
        else:
            course.follow(step)
    return Copies(tuple(course.unknown), course.figures)


class _Course:
    """``members``: all pods that are there or will be back; ``out``: those that do not serve; ``cold``: those of them
    whose pod is rebuilt. ``quiesced``: pods that are quiesced from the next recluster on. ``now``: the last figures;
    None where something has changed since. ``lost_racks``, ``lost_hosts``: the pods that one loss takes; no hosts where
    that is one pod.
    """

    def __init__(self, before: Cluster, after: Cluster, status: Status | None, facts: Facts) -> None:
        clusters = (before, after)
        self.pods = Pods(
            before.name,
            has_racks=not any(cluster.spec.get("enableRackIDOverride") is True for cluster in clusters),
        )
        names = [name for name in (status.pods if status else None) or pod_names(before) if self.pods.is_pod(name)]
        self.members = self.pods.bits(names)
        self.out = self.cold = self.quiesced = 0
        self.out_names: tuple[str, ...] = ()
        self.now: Figures | None = None
        self.placed = 0
        self.lost_racks: list[int] = []
        self.lost_hosts: list[int] | None = None
        self.figures: dict[int, Figures] = {}
        self.unknown: dict[str, None] = {}
        self.racks = {rack.identity: rack.id for cluster in (before, after) for rack in cluster.racks}
        self.hosts = facts.nodes
        self.shares_hosts = any(cluster.pod_spec.get("multiPodPerHost") is True for cluster in clusters)
        self.quorum = Quorum(before, after, self.pods, self.members)
        kept = Kept(before, after)
        self.namespaces = [
            Namespace(name, settings, self.pods, kept, self.members)
            for name, settings in settings_of(before, after).items()
        ]
        self._begin(before, names, status, facts)

    def follow(self, step: Step) -> None:
        """Take one act, and note the figures after it; of an act that is repeated, the worst."""
        self._move(step)
        self._act(step.act)
        if isinstance(step.act, SetConfig) and not step.act.refused:
            self._set_live(step.act)
        if self.now is None:
            self.now = self._figures()
        self.figures[id(step)] = _worse(self.figures.get(id(step), ()), self.now)

    def _begin(self, before: Cluster, names: list[str], status: Status | None, facts: Facts) -> None:
        rosters = first_roster(Goal(before, 0), names) if before.has_roster else {}
        for namespace in self.namespaces:
            roster = rosters.get(namespace.name)
            if roster is not None:
                namespace.partitions.begin_with_roster(self.pods.bits(roster))
        failed = sorted((status.failed - facts.healing) & set(names)) if status else []
        if failed:
            self.out_names = tuple(failed)
            self.out = self.cold = self.pods.bits(failed)
            for namespace in self.namespaces:
                namespace.leave(self.out, is_clean=False)
            self.unknown[f"{', '.join(failed)}: failed, and their copies are taken to be nowhere else"] = None
        if status and (not status.is_complete or status.phase != "Completed"):
            for namespace in self.namespaces:
                namespace.partitions.begin_short()
            self.unknown["data that moves when the change begins: one copy of it is taken to be missing"] = None
        if self.hosts is None and self.shares_hosts:
            self.unknown["hosts with several pods: all pods of a rack are taken to be on one host"] = None
        if not self.pods.has_racks:
            self.unknown["rack ids from annotations of pods: all pods are taken to be in one rack"] = None

    # --- acts -----------------------------------------------------------------------------------------------------

    def _move(self, step: Step) -> None:
        """Let pods leave and come, by the pods that do not serve after the act."""
        act = step.act
        if step.out == self.out_names and not isinstance(act, OnPods):
            return
        self.out_names = step.out
        gone = self.pods.bits(act.pods) if isinstance(act, OnPods) and act.kind == "gone" else 0
        out = self.pods.bits(step.out) & ~gone
        leaves = out & ~self.out & self.members
        comes = self.out & ~out & ~gone
        if isinstance(act, OnPods) and act.kind == "delete-pod":
            self.cold |= self.pods.bits(act.pods)
        elif isinstance(act, Exec):
            self.cold &= ~leaves
        self.out = out
        if gone:
            self.members &= ~gone
            self._changed()
            for namespace in self.namespaces:
                namespace.remove(gone)
        if leaves:
            self.quiesced &= ~leaves
            self._changed()
            for namespace in self.namespaces:
                namespace.leave(leaves)
        if comes:
            self.members |= comes
            self.quorum.restart(comes)
            self._changed()
            for namespace in self.namespaces:
                namespace.join(comes, self.cold & comes)
            self.cold &= ~comes

    def _act(self, act: Act) -> None:
        match act:
            case OnPods(kind="quiesce"):
                self.quiesced |= self.pods.bits(act.pods)
            case OnPods(kind="quiesce-undo"):
                self.quiesced &= ~self.pods.bits(act.pods)
            case Recluster():
                for namespace in self._changed():
                    namespace.recluster(self.quiesced)
            case Wait(what=what) if what == MIGRATIONS:
                for namespace in self._changed():
                    namespace.partitions.settle()
            case DeleteClaims():
                self._delete(act.claims)
            case RosterSet():
                for namespace in self._changed():
                    if namespace.name == act.namespace:
                        namespace.set_roster(self._roster(act.nodes))
            case Exec(what="update-conf"):
                for namespace in self.namespaces:
                    namespace.set_live(self.pods.bits((act.pod,)))

    def _set_live(self, act: SetConfig) -> None:
        value = dict(act.params).get(MIN_CLUSTER_SIZE, "")
        if value.isdigit():
            self.quorum.set_live(self.pods.bits(act.pods), int(value))
            self._changed()

    def _changed(self) -> list[Namespace]:
        self.now = None
        return self.namespaces

    def _delete(self, claims: Iterable[str]) -> None:
        for name in self.pods.place:
            own = [claim for claim in claims if claim.endswith(f"-{name}")]
            for namespace in self.namespaces if own else ():
                namespace.lose_claims(own, name)

    def _roster(self, nodes: Iterable[str]) -> int:
        """Return the pods with these node ids, which may have a rack: ``1A0@1``."""
        ids = {node.partition("@")[0] for node in nodes}
        return self.pods.bits(
            name
            for name, place in self.pods.place.items()
            if self.members >> place & 1 and node_id(self._rack_id(self.pods.rack(name)), _ordinal(name)) in ids
        )

    # --- figures --------------------------------------------------------------------------------------------------

    def _figures(self) -> Figures:
        if len(self.pods.place) != self.placed:
            self.placed = len(self.pods.place)
            self.lost_racks = self.pods.joined(self._rack_id) if self.pods.has_racks else [-1]
            self.lost_hosts = (
                self._hosts() if self.hosts is not None else self.lost_racks if self.shares_hosts else None
            )
        nodes = self.members & ~self.out
        return tuple(
            self.quorum.limited(
                namespace.figures(self.lost_hosts, self.lost_racks), nodes, self.lost_hosts, self.lost_racks
            )
            for namespace in self.namespaces
        )

    def _hosts(self) -> list[int]:
        """Return the pods of each host. One whose host is not known may be on any host with pods of its rack."""
        known: dict[str, int] = {}
        elsewhere = 0
        for name, place in self.pods.place.items():
            host = (self.hosts or {}).get(name)
            if host:
                known[host] = known.get(host, 0) | 1 << place
            else:
                elsewhere |= 1 << place
        if not self.shares_hosts:
            return [*known.values(), *(1 << place for place in range(len(self.pods.place)) if elsewhere >> place & 1)]
        if elsewhere:
            text = f"hosts of {', '.join(self.pods.names(elsewhere))}: taken to be any with other pods of their rack"
            self.unknown[text] = None
        racks = [rack for _, rack in self.pods.by_rack(-1)]
        return [
            *(pods | sum(rack & elsewhere for rack in racks if rack & pods) for pods in known.values()),
            *(rack & elsewhere for rack in racks),
        ]

    def _rack_id(self, rack: str) -> int:
        """Return the id of a rack by its identity, also of one that has left the spec."""
        head = rack.partition("-")[0]
        return self.racks.get(rack, int(head) if head.isdigit() else -1)


def _ordinal(pod: str) -> int:
    return int(pod.rpartition("-")[2])


def _worse(one: Figures, other: Figures) -> Figures:
    """Return the worse of each figure, namespace by namespace."""
    if not one or one is other:
        return other
    return tuple(
        NamespaceCopies(
            first.namespace,
            min(first.copies, second.copies),
            min(first.after_host_loss, second.after_host_loss),
            min(first.after_rack_loss, second.after_rack_loss),
            max(first.unavailable, second.unavailable),
            first.has_racks,
            worse_shortage(first.shortage, second.shortage),
        )
        for first, second in zip(one, other, strict=True)
    )
