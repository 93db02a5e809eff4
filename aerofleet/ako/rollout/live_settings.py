"""Settings that the operator sets live, pod by pod.

Source: AKO 4.5.0, aero_info_calls.go: setDynamicConfig; rack.go: updateDynamicConfig; reconciler.go:
IsReclusterNeeded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from aerofleet.ako.config import namespaces
from aerofleet.ako.config_change import Difference
from aerofleet.ako.live import LiveOutcome, Step, live_outcome, steps_of
from aerofleet.ako.restart import LIVE, judged_version
from aerofleet.ako.rollout.acts import Exec, Recluster, SetConfig
from aerofleet.ako.rollout.model import Goal, Pod, RackState
from aerofleet.ako.rollout.world import PassEnds, World

Params = tuple[tuple[str, str], ...]
_RECLUSTERED = ("active-rack", "replication-factor")
"""Parameters of a namespace that take effect with the next recluster only."""


def set_live(world: World, state: RackState, kinds: Mapping[str, str]) -> None:
    """Set what differs on each pod of the rack that needs no restart. Raises PassEnds for a setting that is refused."""
    pods = [pod for pod in world.pods_of(state.identity) if kinds.get(pod.name) == LIVE]
    world.hosts(world.ignorable)
    for pod in pods:
        need = world.need(world.seen.get(pod.name, pod).spec, pod.rack)
        if need is None:
            continue
        running = world.goals[world.seen.get(pod.name, pod).spec].cluster
        version = judged_version(running, world.goal.cluster)
        outcome = live_outcome(version, need.config)
        commands = [command for difference in need.config.differences for command in _commands(version, difference)]
        refused = _refused(world, outcome, pod)
        accepted = [params for key, params in commands if key not in refused]
        for params in accepted:
            world.emit(SetConfig((pod.name,), params))
        if refused:
            params = next(params for key, params in commands if key in refused)
            world.emit(SetConfig((pod.name,), params, refused=True))
            world.put(replace(world.pods[pod.name], partial=bool(accepted)))
            raise PassEnds(f"{pod.name} refuses {next(iter(refused))} live")
        world.emit(Exec(pod.name, "update-conf"))
        world.put(replace(world.pods[pod.name], spec=world.goal.number, partial=False))


def _refused(world: World, outcome: LiveOutcome, pod: Pod) -> list[str]:
    """Return the keys of the settings that the server refuses."""
    by_order = [step.key for step, _ in outcome.by_order]
    for step, answer in outcome.by_order:
        world.chances[f"{step.key} is refused if it is set before another one: {answer.why}"] = None
    always = [step.key for step, _ in outcome.refused]
    return always + (by_order[:1] if world.goal.facts.unlucky else [])


def _commands(version: str, difference: Difference) -> Iterator[tuple[str, Params]]:
    """Yield (key, parts) of the commands for one parameter."""
    steps = list(steps_of(version, difference))
    if not steps:
        yield difference.key, (("parameter", difference.key), ("value", str(difference.after)))
    for step in steps:
        yield step.key, _params(step)


def _params(step: Step) -> Params:
    place = step.place
    params = [("context", "namespace" if place.namespace else place.context)]
    if place.namespace:
        params.append(("namespace", place.namespace))
    if place.set:
        params.append(("set", place.set))
    return (*params, (step.name, step.text))


def recluster_for_settings(world: World) -> None:
    """Recluster where a setting that was set live needs it."""
    if world.goal.cluster.is_dynamic and world.status and _factors(world.goal) != _kept(world.status, world.goal):
        world.emit(Recluster())


def _kept(before: Goal, after: Goal) -> dict[tuple[int, str], tuple[object, ...]]:
    """Return the factors of ``before`` for what both specs have, and those of ``after`` for the rest."""
    known = _factors(before)
    return {key: known.get(key, value) for key, value in _factors(after).items()}


def _factors(goal: Goal) -> dict[tuple[int, str], tuple[object, ...]]:
    return {
        (rack.id, name): tuple(namespace.get(key) for key in _RECLUSTERED)
        for rack in goal.cluster.racks
        for _, name, namespace in namespaces(rack.config)
    }
