"""Settings that the operator sets live, pod by pod.

Source: AKO 4.5.0, aero_info_calls.go: setDynamicConfig; rack.go: updateDynamicConfig; reconciler.go:
IsReclusterNeeded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from aerofleet.ako.config import namespaces
from aerofleet.ako.config_change import ConfigChange, Difference
from aerofleet.ako.live import Step, live_outcome, refused_after, steps_of
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
        told = world.seen.get(pod.name, pod).told
        need = world.need(told, pod.rack)
        if need is None:
            continue
        running = world.goals[told].cluster
        version = judged_version(running, world.goal.cluster)
        accepted, refused = _answers(world, version, need.config, pod)
        for params in accepted:
            world.emit(SetConfig((pod.name,), params))
        if refused:
            world.emit(SetConfig((pod.name,), refused, refused=True))
            world.put(replace(world.pods[pod.name], partial=bool(accepted)))
            raise PassEnds(f"{pod.name} refuses {refused[-1][0]} live")
        world.emit(Exec(pod.name, "update-conf"))
        number = world.goal.number
        world.put(replace(world.pods[pod.name], spec=number, told=number, partial=False))


def _answers(world: World, version: str, change: ConfigChange, pod: Pod) -> tuple[list[Params], Params]:
    """Return the commands that the server takes, and the one that it refuses; empty where it takes all.

    The order is chance. With luck a setting comes after those that it needs; without, it comes before, and after all
    that do not help it. A pod that has refused it once has luck with the next order.
    """
    outcome = live_outcome(version, change)
    commands = dict(command for difference in change.differences for command in _commands(version, difference))
    by_order = {step.key: step for step, _ in outcome.by_order}
    for step, answer in outcome.by_order:
        world.chances[f"{step.key} is refused if it is set before another one: {answer.why}"] = None
    never = [step.key for step, _ in outcome.refused]
    refused = never[:1]
    if not refused and by_order and world.goal.facts.unlucky and pod.name not in world.unlucky:
        refused = list(by_order)[:1]
        world.unlucky.add(pod.name)
        taken = [step.key for step in refused_after(version, change, by_order[refused[0]])]
    else:
        taken = sorted((key for key in commands if key not in never), key=lambda key: key in by_order)
    return [commands[key] for key in taken], commands[refused[0]] if refused else ()


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
