"""The cluster of the forecast as it is at a moment: its objects, servers and status, and the steps so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.failed_pods import allowances
from aerofleet.ako.rollout.acts import READY, Act, OnPods, PhaseChange, Step, Wait
from aerofleet.ako.rollout.model import NO_DATA, Facts, Goal, Health, Need, Pod, RackSet, harder, needs_between
from aerofleet.ako.volumes import is_persistent, volumes


class PassEnds(Exception):  # noqa: N818 - most passes end as they should
    """The pass ends before its end, and another one follows. ``failure``: why it can't go on; empty where it is as it
    should be.
    """

    def __init__(self, failure: str = "", *, error: bool = True) -> None:
        super().__init__(failure)
        self.failure = failure
        self.is_error = bool(failure) and error


class World:
    """``goal``: the spec of this pass. ``status``: the spec that the status mirrors, None before the first roll-out
    has finished. ``is_under_way``: the first pods may run the first spec or the second. ``seen``: the pods as the
    status had them when the pass began. ``late``: pods that the status of the next pass shows as they were before.
    ``ignorable``: pods that this pass does without. ``roster``: namespace → pods in it, None before it is written.
    ``away``: pods that do not serve. ``reported``: (pod, health) of the failures that a step has.
    """

    def __init__(self, first: Cluster, facts: Facts, entries: Mapping[str, Any] = NO_DATA) -> None:
        self.name = first.name
        self.goals: list[Goal] = []
        self.status: Goal | None = None
        self.entries = entries
        self.is_under_way = False
        self.pods: dict[str, Pod] = {}
        self.sets: dict[str, RackSet] = {}
        self.seen: dict[str, Pod] = {}
        self.late: dict[str, Pod] = {}
        self.slowed: set[str] = set()
        self.unlucky: set[str] = set()
        self.ignorable: set[str] = set()
        self.roster: dict[str, frozenset[str] | None] = {}
        self.services: set[str] = set()
        self.budget: int | str | None = None
        self.operated: set[str] = set()
        self.reported: set[tuple[str, str]] = set()
        self.phase = "Completed"
        self.moving = False
        self.steps: list[Step] = []
        self.away: set[str] = set()
        self.unknown: dict[str, None] = {}
        self.chances: dict[str, None] = {}
        self._needs: dict[tuple[int, int], dict[str, Need]] = {}
        self._by_rack: dict[str, list[Pod]] | None = None
        self.set_goal(first, facts)

    # --- specs ----------------------------------------------------------------------------------------------------

    @property
    def goal(self) -> Goal:
        return self.goals[-1]

    def set_goal(self, cluster: Cluster, facts: Facts) -> Goal:
        """Make ``cluster`` the spec of the next pass."""
        goal = Goal(cluster, len(self.goals), facts)
        if self.goals and goal.operation != self.goal.operation:
            self.operated = set()
        self.goals.append(goal)
        return goal

    def need(self, spec: int, rack: str, target: int | None = None) -> Need | None:
        """Return what pods of ``rack`` that run ``spec`` need; None where nothing differs, or the rack is new."""
        number = self.goal.number if target is None else target
        if spec == number:
            return None
        key = (spec, number)
        if key not in self._needs:
            entries = self.entries if spec == 0 else NO_DATA
            self._needs[key] = needs_between(self.goals[spec].cluster, self.goals[number].cluster, entries)
        found = self._needs[key].get(rack)
        if spec == 0 and self.is_under_way and number != 1:
            # Which pods are done already is not known: all of them get what the worse of the two specs asks for.
            other = self.need(1, rack, number)
            return harder(found, other) if found and other else found or other
        return found

    def known_rack(self, identity: str) -> Rack:
        """Return a rack by its identity: of the status, of the spec, or of the spec that its set was made from."""
        for goal in (self.status, self.goal, *reversed(self.goals)):
            rack = goal.rack(identity) if goal else None
            if rack:
                return rack
        raise KeyError(identity)

    # --- steps ----------------------------------------------------------------------------------------------------

    def emit(self, act: Act, emptied: Iterable[str] = ()) -> None:
        self.steps.append(Step(act, tuple(sorted(self.away)), tuple(emptied)))

    def write_phase(self, phase: Any) -> None:
        if self.phase != phase:
            self.phase = phase
            self.emit(PhaseChange(phase, migrating=phase == "Completed" and self.moving))

    # --- pods -----------------------------------------------------------------------------------------------------

    def put(self, pod: Pod) -> None:
        self.pods[pod.name] = pod
        self._by_rack = None

    def drop(self, name: str) -> None:
        del self.pods[name]
        self.away.discard(name)
        self._by_rack = None

    def pods_of(self, rack: str) -> list[Pod]:
        """Return the pods of a rack, the highest ordinal first: the order in which the operator takes them."""
        if self._by_rack is None:
            self._by_rack = {}
            for pod in sorted(self.pods.values(), key=lambda pod: -pod.ordinal):
                self._by_rack.setdefault(pod.rack, []).append(pod)
        return self._by_rack.get(rack, [])

    def health_at_start(self, name: str, rack: str) -> Health:
        facts = self.goal.facts
        if name in facts.unplaced or rack in facts.unplaced:
            return "pending"
        return "crash-looping" if name in facts.crashing or rack in facts.crashing else "starting"

    def spec_at_start(self, rack: str) -> int:
        """Return the number of the spec that a pod of ``rack`` gets: the template's, or the ConfigMap's where both make
        the same pod.
        """
        own = self.sets[rack]
        need = self.need(own.template, rack, own.config_map)
        return own.template if need and (need.template or need.image) else own.config_map

    def start(self, name: str, rack: str, ordinal: int) -> Pod:
        """Start a new pod, or a deleted one again, with the template of its set."""
        health = self.health_at_start(name, rack)
        spec = self.spec_at_start(rack)
        pod = Pod(name, rack, ordinal, spec, spec, health, listed=health == "crash-looping")
        self.put(pod)
        self.away.add(name)
        self.report_failed([pod])
        self.moving = self.moving or not pod.has_failed
        return pod

    def report_failed(self, pods: Iterable[Pod]) -> None:
        """Note that pods have failed; once for each pod, until it is ready again."""
        for health in ("crash-looping", "pending"):
            names = sorted(pod.name for pod in pods if pod.health == health)
            new = [name for name in names if (name, health) not in self.reported]
            if new:
                self.reported.update((name, health) for name in new)
                self.emit(OnPods(health, tuple(new)))

    def become_ready(self, pods: Iterable[Pod]) -> None:
        """Let ``pods`` that start be ready."""
        names = sorted(pod.name for pod in pods if pod.health == "starting")
        for name in names:
            self.put(replace(self.pods[name], health="ready", listed=True, told=self.pods[name].spec))
            self.away.discard(name)
            self.reported -= {(name, "crash-looping"), (name, "pending")}
        if names:
            self.emit(OnPods("ready", tuple(names)))

    def hosts(self, ignorable: Iterable[str]) -> list[str]:
        """Return the pods whose servers the operator asks. Raises PassEnds for one that is not ready."""
        ready = []
        for name in sorted(self.pods):
            if self.pods[name].is_ready:
                ready.append(name)
            elif name not in ignorable:
                raise PassEnds(f"pod {name} is not ready")
        return ready

    def wait_for_set(self, rack: str) -> None:
        """Wait until all pods of a rack are ready. Raises PassEnds for one that has failed."""
        pods = [pod for pod in reversed(self.pods_of(rack)) if pod.name not in self.ignorable and not pod.is_ready]
        if not pods:
            return
        starting = [pod for pod in pods if not pod.has_failed]
        self.emit(Wait(READY, pods=tuple(pod.name for pod in pods)))
        self.become_ready(starting)
        failed = next((pod for pod in pods if pod.has_failed), None)
        if failed:
            raise PassEnds(self.failure_of(failed))

    def wait_for_all_sets(self) -> None:
        """Wait until the pods of all racks of the status and of the spec are ready."""
        for rack in self.rack_identities():
            if rack in self.sets:
                self.wait_for_set(rack)

    def rack_identities(self) -> list[str]:
        """Return the racks of the status, then those that only the spec has."""
        known = [rack.identity for rack in self.status.cluster.racks] if self.status else []
        return list(dict.fromkeys([*known, *(rack.identity for rack in self.goal.cluster.racks)]))

    def failure_of(self, pod: Pod) -> str:
        why = "stays Pending: no node can take it" if pod.health == "pending" else "crash-loops"
        return f"pod {pod.name} {why}"

    # --- claims ---------------------------------------------------------------------------------------------------

    def pods_rack(self, pod: str) -> str:
        """Return the identity of the rack of a pod, which may be gone."""
        return pod.rpartition("-")[0].removeprefix(f"{self.name}-")

    def claims_of(self, pod: str, rack: str) -> list[str]:
        """Return the claims of a pod."""
        return sorted(f"{volume}-{pod}" for volume in self.sets[rack].claims)

    # --- failed pods ----------------------------------------------------------------------------------------------

    def ignorable_pods(self, leaving: Iterable[Rack]) -> set[str]:
        """Return the pods that the operator does without: those that are not ready in racks that leave the spec or
        the roster, and as many failed ones in each other rack as the spec allows.
        """
        gone = {rack.id for rack in leaving}
        gone |= {state.rack.id for state in self.goal.racks if state.rack.is_blocked_from_roster}
        failed = [pod for pod in self.pods.values() if pod.has_failed]
        if not failed:
            return set()
        ids = {pod.rack: self.known_rack(pod.rack).id for pod in failed}
        found = {pod.name for pod in failed if ids[pod.rack] in gone}
        allowed = allowances(self.goal.cluster)
        for state in self.goal.racks:
            if state.rack.id in gone:
                continue
            own = [pod for pod in failed if ids[pod.rack] == state.rack.id]
            own.sort(key=lambda pod: (pod.health != "pending", pod.rack == state.identity, pod.name))
            found |= {pod.name for pod in own[: allowed[state.rack.id]]}
        return found


def claim_volumes(rack: Rack) -> tuple[str, ...]:
    """Return the names of the volumes of a rack that have claims."""
    return tuple(str(volume.get("name")) for volume in volumes(rack) if is_persistent(volume))
