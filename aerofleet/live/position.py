"""Say at which step of its forecast a roll-out is, from the status and the pods. Pure.

The operator reports no progress. What shows it: which pods are away, which ones run the new image, and which ones have
another configuration or pod template than before. Pods of a rack share their hashes, and the forecast has the order in
which they change: one that differs from the last of them has changed. Where all of a rack are alike, the entries that
were seen first decide; without these, only a later step that has begun shows that the rack is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.failed_pods import is_pod_of
from aerofleet.ako.rollout.acts import READY
from aerofleet.ako.status import finished_status, running_cluster, status_of
from aerofleet.forecast.build import forecast_of
from aerofleet.forecast.model import Forecast, ForecastStep, Load
from aerofleet.forecast.rates import DEFAULT_RATES, Rates
from aerofleet.forecast.span import Span
from aerofleet.forecast.text import WAITS, what_happens
from aerofleet.units.amount import amount_range, counted
from aerofleet.units.names_in_text import listed

Json = Mapping[str, Any]
State = Literal["done", "now", "ahead", "unclear"]
COMES, GOES = frozenset({"create", "grow"}), frozenset({"shrink", "delete"})
"""Kinds of steps whose pods are there, or not there, afterwards."""
OF_POD = ("aerospikeConfigHash", "networkPolicyHash", "podSpecHash", "image", "initImage")
"""What the status has of a pod, and what a change of the cluster changes."""
REVISION = "controller-revision-hash"
"""Label of a pod: the revision of the StatefulSet's template that it is made from (Kubernetes, apps/v1)."""


@dataclass(frozen=True, slots=True)
class Position:
    """``step``: the number of the step that is under way, or comes next; one more than ``steps`` where all are done.
    ``now``: what the operator does, or waits for. ``next``: what comes then; empty while the step is under way.
    ``pods_left``: those that still have to change, of ``pods``. ``seconds``: how long the rest takes, with the whole
    of this step; None where it is not known. ``blocked``: what the forecast says holds it up for ever.
    """

    step: int
    steps: int
    now: str
    next: str
    pods_left: tuple[str, ...]
    pods: int
    seconds: Span | None = None
    blocked: str = ""

    def json(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "steps": self.steps,
            "now": self.now,
            "next": self.next,
            "podsLeft": list(self.pods_left),
            "pods": self.pods,
            "seconds": self.seconds.json() if self.seconds else None,
            "blocked": self.blocked,
        }

    def __str__(self) -> str:
        where = f"step {self.step} of {self.steps}" if self.step <= self.steps else "after the last step"
        after = f", then {self.next}" if self.next else ""
        left = f"; {len(self.pods_left)} of {counted(self.pods, 'pod')} left" if self.pods_left else ""
        time = f", {amount_range(self.seconds.low, self.seconds.high, 's')}" if self.seconds and left else ""
        never = f"; never ends: {self.blocked}" if self.blocked else ""
        return f"{where}: {self.now}{after}{left}{time}{never}"


def forecast_of_live(live: Json, load: Load | None = None, rates: Rates = DEFAULT_RATES) -> Forecast:
    """Return the forecast of the roll-out that a cluster on the server is in: from what its status mirrors to its spec.
    It has no steps where both are the same. ``load``: its data, where that is declared; ``rates``: how fast it is.
    """
    after = cluster_of(dict(live))
    status = status_of(dict(live.get("status") or {}), after)
    if not status.is_complete:
        return forecast_of(None, after, load=load, rates=rates)
    before = running_cluster(after, status, after.operator) or after
    return forecast_of(before, after, status=finished_status(before), load=load, rates=rates)


def entries_of(live: Json, pods: Iterable[Json]) -> Mapping[str, Json]:
    """Return pod → what the server has of it, of the pods of this cluster. ``pods``: Pod objects, of any clusters."""
    name, namespace = live["metadata"]["name"], live["metadata"].get("namespace", "")
    entries: dict[str, dict[str, Any]] = {
        pod: {key: entry.get(key) for key in OF_POD}
        for pod, entry in ((live.get("status") or {}).get("pods") or {}).items()
    }
    for pod in pods:
        if is_pod_of(pod, name, namespace):
            metadata = pod["metadata"]
            entry = entries.setdefault(metadata["name"], {})
            entry["revision"] = (metadata.get("labels") or {}).get(REVISION)
            entry["serves"] = _is_ready(pod) and not metadata.get("deletionTimestamp")
    return entries


def position_of(
    forecast: Forecast, image: str, entries: Mapping[str, Json], first: Mapping[str, Json] | None = None
) -> Position | None:
    """Return where the roll-out is; None where the forecast has no steps.

    ``image``: that of the spec. ``entries``: see :func:`entries_of`. ``first``: the same, as it was when the roll-out
    was seen for the first time.
    """
    steps = forecast.steps
    if not steps:
        return None
    seen = _Seen(image, entries, first or {}, _changed_in_rack(steps, entries))
    known = [{pod: seen.state(step, pod) for pod in step.pods} for step in steps]
    states = _settled([_of_step([*of_pods.values()]) for of_pods in known])
    at = next((number for number, state in enumerate(states) if state != "done"), len(states))
    left = dict.fromkeys(pod for of_pods in known[at:] for pod, state in of_pods.items() if state != "done")
    now, then = _now(steps, states, at)
    return Position(
        step=at + 1,
        steps=len(steps),
        now=now,
        next=then,
        pods_left=tuple(left),
        pods=forecast.pods,
        seconds=_rest(steps[at:]) if forecast.outcome == "completed" else None,
        blocked=forecast.blocked,
    )


def _now(steps: Sequence[ForecastStep], states: Sequence[State], at: int) -> tuple[str, str]:
    """Return what the operator does now, and what comes then."""
    if at < len(steps) and states[at] == "now":
        return what_happens(steps[at]), ""
    # The pods of the step before are ready, or it would be under way.
    waits = [WAITS[what] for what in steps[at - 1].waits_for if what != READY] if at else []
    then = what_happens(steps[at]) if at < len(steps) else "writes its status"
    if waits:
        return f"the operator waits until {listed(waits)}", then
    if at == len(steps):
        return f"the operator {then}", ""
    return "the operator goes on" if at else "not begun, as far as the pods show", then


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is known of the pods. ``changed``: see :func:`_changed_in_rack`."""

    image: str
    entries: Mapping[str, Json]
    first: Mapping[str, Json]
    changed: Mapping[str, bool]

    def state(self, step: ForecastStep, pod: str) -> State:
        """Return how far one pod of a step is."""
        entry = self.entries.get(pod)
        serves = entry is not None and entry.get("serves", True)
        if step.kind in GOES:
            return "done" if entry is None else "ahead" if serves else "now"
        if entry is None:
            return "ahead" if step.kind in COMES else "now"
        if not serves:
            return "now"
        if step.kind in COMES:
            return "done"
        if step.kind == "image":
            return "done" if entry.get("image") == self.image else "ahead"
        if _differs(entry, self.first.get(pod, entry)):
            return "done"
        return "unclear" if pod not in self.changed else "done" if self.changed[pod] else "ahead"


def _of_step(pods: Sequence[State]) -> State:
    states = {*pods} or {"unclear"}
    if len(states) == 1:
        return states.pop()
    return "now" if states & {"now", "done"} else "ahead"


def _settled(states: Sequence[State]) -> list[State]:
    """Return the states without an unclear one: it is done where a later step has begun, else ahead."""
    begun = max((number for number, state in enumerate(states) if state in ("done", "now")), default=-1)
    return [
        state if state != "unclear" else "done" if number < begun else "ahead" for number, state in enumerate(states)
    ]


def _changed_in_rack(steps: Sequence[ForecastStep], entries: Mapping[str, Json]) -> dict[str, bool]:
    """Return pod → whether it differs from the pod of its rack that changes last; nothing for racks whose pods are all
    alike.
    """
    racks: dict[str, dict[str, None]] = {}
    for step in steps:
        if step.kind not in COMES | GOES:
            for pod in step.pods:
                racks.setdefault(pod.rpartition("-")[0], {})[pod] = None
    changed: dict[str, bool] = {}
    for pods in racks.values():
        last = entries.get(list(pods)[-1], {})
        own = {pod: _differs(entries.get(pod, {}), last) for pod in pods}
        changed |= own if any(own.values()) else {}
    return changed


def _differs(one: Json, other: Json) -> bool:
    keys = (*OF_POD, "revision")
    return any(one.get(key) != other.get(key) for key in keys if one.get(key) and other.get(key))


def _is_ready(pod: Json) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    return any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)


def _rest(steps: Sequence[ForecastStep]) -> Span | None:
    spans = [step.seconds for step in steps if step.seconds]
    return sum(spans, start=Span(0, 0)) if spans and len(spans) == len(steps) else None
