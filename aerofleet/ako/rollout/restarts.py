"""Restarts of the pods of a rack: another image, another spec or configuration, blocked hosts; one batch a pass.

Source: AKO 4.5.0, rack.go: upgradeRack, rollingRestartRack, handleK8sNodeBlockListPods, chunkBy; pod.go:
getRollingRestartTypeMap, rollingRestartPods, restartPods, safelyDeletePodsAndEnsureImageUpdated,
shouldSetMigrateFillDelay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aerofleet.ako.batches import percent_of
from aerofleet.ako.cluster import Rack
from aerofleet.ako.restart import CRASH, NO_RESTART, OPERATIONS, POD_RESTART, WARM
from aerofleet.ako.rollout.acts import READY, Exec, OnPods, OnRack, Wait
from aerofleet.ako.rollout.claims import delete_local_claims, is_on_blocked_host, local_volumes
from aerofleet.ako.rollout.gate import pass_gate, set_fill_delay
from aerofleet.ako.rollout.model import RESTARTS, Pod, RackState, stronger
from aerofleet.ako.rollout.services import serve_pods
from aerofleet.ako.rollout.world import PassEnds, World

Kinds = Mapping[str, str]
"""Pod → kind of restart."""


def first_batch(wanted: object, pods: Sequence[Pod], rack_size: int) -> tuple[list[Pod], bool]:
    """Return the first batch of ``pods``, and whether more are left."""
    percent = percent_of(wanted)
    count = rack_size * percent // 100 if percent is not None else wanted if type(wanted) is int else 0
    size = max(1, count)
    return list(pods[:size]), len(pods) > size


def needs_image(world: World, state: RackState) -> bool:
    """Return whether a pod of the rack has another image than the spec."""
    return any(
        pod.name not in world.ignorable and _has_other_image(world, pod) for pod in world.pods_of(state.identity)
    )


def _has_other_image(world: World, pod: Pod) -> bool:
    need = world.need(pod.spec, pod.rack)
    return need is not None and need.image


def restart_kinds(world: World, state: RackState) -> dict[str, str]:
    """Return what each pod of the rack needs, by the status that the pass began with.

    Raises PassEnds where the operator's code panics.
    """
    if world.status is None:
        return {}
    kinds = {}
    for pod in world.pods_of(state.identity):
        if pod.name in world.ignorable:
            continue
        seen = world.seen.get(pod.name, pod)
        need = world.need(seen.told, pod.rack)
        kind = need.kind if need else NO_RESTART
        if is_on_blocked_host(world, pod):
            kind = POD_RESTART
        if seen.partial:
            kind = stronger(kind, WARM)
        if seen.evicting or (seen.dirty and need and need.dirty):
            kind = stronger(kind, POD_RESTART)
        kinds[pod.name] = stronger(kind, operation_kind(world, pod))
        if kind == CRASH:
            raise PassEnds("the operator's code panics on this change")
    return kinds


def operation_kind(world: World, pod: Pod) -> str:
    """Return the restart that the spec's operation asks of a pod."""
    operation = world.goal.operation
    if not operation:
        return NO_RESTART
    done = world.status.cluster.spec.get("operations") or [] if world.status else []
    kind = OPERATIONS.get(str(operation.get("kind")), NO_RESTART)
    if [operation] == done or pod.name in world.operated:
        return NO_RESTART
    before = next((item for item in done if item.get("id") == operation.get("id")), None)
    if before is not None and (not before.get("podList") or pod.name in before["podList"]):
        return NO_RESTART
    named = operation.get("podList") or []
    return kind if not named or pod.name in named else NO_RESTART


def upgrade(world: World, state: RackState, failed: Sequence[Pod]) -> None:
    """Rebuild the next batch of pods that have another image. Raises PassEnds after a batch that is not the last."""
    update_template(world, state)
    pods = failed or world.pods_of(state.identity)
    waiting = [
        pod
        for pod in (world.pods[pod.name] for pod in pods)
        if pod.name not in world.ignorable and (not pod.is_ready or _has_other_image(world, pod))
    ]
    batch, more = (waiting, False) if failed else first_batch(world.goal.batch, waiting, len(pods))
    serve_pods(world, [pod.name for pod in batch])
    restart_batch(world, state.rack, batch, dict.fromkeys((pod.name for pod in batch), POD_RESTART))
    if more:
        raise PassEnds


def rolling_restart(world: World, state: RackState, kinds: Kinds, failed: Sequence[Pod] = ()) -> None:
    """Restart the next batch. Raises PassEnds after a batch that is not the last."""
    update_template(world, state)
    if failed:
        kinds = dict.fromkeys((pod.name for pod in failed), POD_RESTART)
    pods = failed or world.pods_of(state.identity)
    waiting = [
        world.pods[pod.name]
        for pod in pods
        if pod.name not in world.ignorable and kinds.get(pod.name, NO_RESTART) in RESTARTS
    ]
    batch, more = (waiting, False) if failed else first_batch(world.goal.batch, waiting, len(pods))
    serve_pods(world, [pod.name for pod in batch])
    restart_batch(world, state.rack, batch, kinds)
    if more:
        raise PassEnds


def leave_blocked_hosts(world: World, state: RackState, failed: Sequence[Pod]) -> None:
    """Rebuild the next batch of pods that are on blocked hosts; nothing where the block list is as it was."""
    before = world.status.blocked_hosts if world.status else []
    if world.goal.blocked_hosts == before:
        return
    update_template(world, state, hosts=True)
    pods = failed or world.pods_of(state.identity)
    waiting = [pod for pod in (world.pods[pod.name] for pod in pods) if is_on_blocked_host(world, pod)]
    batch, more = first_batch(world.goal.batch, waiting, len(pods))
    restart_batch(world, state.rack, batch, dict.fromkeys((pod.name for pod in batch), POD_RESTART))
    if more:
        raise PassEnds


def update_template(world: World, state: RackState, *, hosts: bool = False) -> None:
    """Write the template of the StatefulSet, if it differs."""
    own = world.sets[state.identity]
    need = world.need(own.template, state.identity)
    other_hosts = world.goals[own.template].blocked_hosts != world.goal.blocked_hosts
    if (need and (need.template or other_hosts)) or (hosts and other_hosts):
        world.emit(OnRack("update-sts", state.identity))
    world.sets[state.identity] = replace(own, template=world.goal.number)


# --- one batch ----------------------------------------------------------------------------------------------------


def restart_batch(world: World, rack: Rack, batch: Sequence[Pod], kinds: Kinds) -> None:
    """Restart a batch: failed pods at once, the others through the gate."""
    failed = [pod for pod in batch if pod.has_failed]
    active = [pod for pod in batch if not pod.has_failed]
    if failed:
        _restart(world, rack, failed, kinds, is_recovery=True)
    if not active:
        return
    pass_gate(world, active)
    speeds_up = _sets_fill_delay(rack, batch, kinds)
    if speeds_up:
        set_fill_delay(world, rack, world.ignorable, to_zero=False)
    _restart(world, rack, active, kinds, is_recovery=False)
    if speeds_up:
        set_fill_delay(world, rack, world.ignorable, to_zero=True)


def _sets_fill_delay(rack: Rack, batch: Sequence[Pod], kinds: Kinds) -> bool:
    empties = rack.storage.get("deleteLocalStorageOnRestart") is True and bool(local_volumes(rack))
    return empties and any(kinds.get(pod.name) == POD_RESTART for pod in batch)


def _restart(world: World, rack: Rack, pods: Sequence[Pod], kinds: Kinds, *, is_recovery: bool) -> None:
    rebuilt = []
    for pod in pods:
        if kinds.get(pod.name) == WARM:
            quick_restart(world, pod)
        elif kinds.get(pod.name) == POD_RESTART:
            rebuilt.append(world.pods[pod.name])
    if rebuilt:
        delete_local_claims(world, rack, rebuilt, is_recovery=is_recovery)
        delete_pods(world, rebuilt)
    _mark_operated(world, pods, kinds)
    if rebuilt:
        _ensure_ready(world, rebuilt)


def quick_restart(world: World, pod: Pod) -> None:
    """Restart the server in its pod. Raises PassEnds where the command fails."""
    if pod.name in world.goal.facts.exec_fails:
        world.emit(Exec(pod.name, "quick-restart", failed=True))
        raise PassEnds(f"the command for a quick restart fails in {pod.name}")
    health = world.health_at_start(pod.name, pod.rack)
    world.away.add(pod.name)
    world.put(
        replace(
            world.pods[pod.name],
            spec=world.goal.number,
            told=world.goal.number,
            health="ready" if health == "starting" else health,
            quiesced=False,
            partial=False,
        )
    )
    world.moving = True
    world.emit(Exec(pod.name, "quick-restart"))
    world.report_failed([world.pods[pod.name]])


def delete_pods(world: World, pods: Sequence[Pod]) -> None:
    """Delete ``pods`` together; their sets start them again."""
    world.away.update(pod.name for pod in pods)
    world.emit(OnPods("delete-pod", tuple(pod.name for pod in pods)))
    for pod in pods:
        health = world.health_at_start(pod.name, pod.rack)
        listed = pod.listed or health == "crash-looping"
        spec = world.spec_at_start(pod.rack)
        told = spec if health == "crash-looping" else pod.told
        world.put(Pod(pod.name, pod.rack, pod.ordinal, spec, told, health, listed))
    world.moving = True


def _ensure_ready(world: World, pods: Sequence[Pod]) -> None:
    """Wait until ``pods`` are ready. Raises PassEnds for the first one that has failed."""
    world.emit(Wait(READY, pods=(pods[0].name,)))
    now = [world.pods[pod.name] for pod in pods]
    world.report_failed(now)
    failed = next((pod for pod in now if pod.has_failed), None)
    world.become_ready(now)
    if failed:
        raise PassEnds(world.failure_of(failed))
    slow = [pod for pod in pods if pod.name in world.goal.facts.slow and pod.name not in world.slowed]
    if slow:
        world.slowed.update(pod.name for pod in slow)
        world.late.update((pod.name, pod) for pod in slow)
        raise PassEnds


def _mark_operated(world: World, pods: Sequence[Pod], kinds: Kinds) -> None:
    """Note the pods for which the spec's operation is done: a pod restart counts as a warm one, too."""
    wanted = OPERATIONS.get(str(world.goal.operation.get("kind")))
    named = world.goal.operation.get("podList") or []
    for pod in pods:
        if wanted and (not named or pod.name in named) and kinds.get(pod.name) in (wanted, POD_RESTART):
            world.operated.add(pod.name)
