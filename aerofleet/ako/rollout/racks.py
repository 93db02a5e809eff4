"""The racks of a pass: their order, what each one gets in its turn, new revisions, and racks that leave.

Source: AKO 4.5.0, rack.go: reconcileRacks, categoriseRacks, reconcileRack, upgradeOrRollingRestartRack,
reconcileRevisionChangedRacks, deleteRacks, createEmptyRack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aerofleet.ako.batches import percent_of
from aerofleet.ako.cluster import Rack
from aerofleet.ako.restart import LIVE
from aerofleet.ako.rollout.acts import OnRack
from aerofleet.ako.rollout.failed import mend_failed_pods
from aerofleet.ako.rollout.gate import set_fill_delay
from aerofleet.ako.rollout.live_settings import set_live
from aerofleet.ako.rollout.model import RESTARTS, Pod, RackSet, RackState
from aerofleet.ako.rollout.restarts import leave_blocked_hosts, needs_image, restart_kinds, rolling_restart, upgrade
from aerofleet.ako.rollout.scale import grow, shrink
from aerofleet.ako.rollout.services import serve_pods
from aerofleet.ako.rollout.world import PassEnds, World, claim_volumes


def go_through_racks(world: World) -> None:
    """Run the part of a pass that is about racks. Raises PassEnds where it ends early."""
    states = world.goal.racks
    leaving = leaving_racks(world)
    world.ignorable = world.ignorable_pods(leaving)
    for state in states:
        if state.identity in world.sets:
            mend_failed_pods(world, state, reconcile_rack)
    old_revisions = _old_revisions(world, states)
    shrinking = []
    for state in states:
        if state.rack.id in old_revisions:
            _change_revision(world, old_revisions[state.rack.id], state)
            continue
        create_rack(world, state.rack)
        if world.sets[state.identity].replicas > state.size:
            shrinking.append(state)
        else:
            reconcile_rack(world, state)
    for state in shrinking:
        reconcile_rack(world, state)
    if world.status is not None:
        for rack in leaving:
            _remove_rack(world, rack)
    for state in states:
        create_rack(world, state.rack)
        try:
            world.wait_for_set(state.identity)
        except PassEnds as end:
            raise PassEnds(end.failure, error=False) from None


def current_racks(world: World) -> list[Rack]:
    """Return the racks of the status, then those that have a StatefulSet only."""
    racks = list(world.status.cluster.racks) if world.status else []
    known = {rack.identity for rack in racks}
    return racks + [_rack_of_set(world, identity) for identity in sorted(world.sets) if identity not in known]


def leaving_racks(world: World) -> list[Rack]:
    """Return the racks whose id is not in the spec, in the order of the status."""
    wanted = {state.rack.id for state in world.goal.racks}
    return [rack for rack in current_racks(world) if rack.id not in wanted]


def _rack_of_set(world: World, identity: str) -> Rack:
    """Return a rack that is in no status: the operator takes the cluster's own storage for it."""
    cluster = world.goal.cluster
    rack = world.known_rack(identity)
    return replace(rack, storage=cluster.spec.get("storage") or {}, config=cluster.config)


def create_rack(world: World, rack: Rack) -> None:
    """Create ConfigMap and StatefulSet of a rack without pods, if they are not there."""
    if rack.identity in world.sets:
        return
    world.emit(OnRack("create-configmap", rack.identity))
    world.emit(OnRack("create-sts", rack.identity, 0))
    number = world.goal.number
    world.sets[rack.identity] = RackSet(rack.identity, 0, number, number, number, _peers(world), claim_volumes(rack))


def reconcile_rack(world: World, state: RackState, failed: Sequence[Pod] = ()) -> None:
    """Give a rack what it needs, in the operator's order. Raises PassEnds after a batch that is not the last."""
    own = world.sets[state.identity]
    if own.replicas > state.size:
        shrink(world, state.rack, state.size, world.goal.cluster.rack_config.get("scaleDownBatchSize"))
    if not failed and _has_shrunk(world):
        set_fill_delay(world, state.rack, (), to_zero=False)
    _update_init_image(world, state)
    _update_config_map(world, state)
    _restart_or_set(world, state, failed)
    if world.sets[state.identity].replicas < state.size:
        grow(world, state.rack, state.size)
    serve_pods(world, [f"{world.name}-{state.identity}-{ordinal}" for ordinal in range(state.size)])


def _has_shrunk(world: World) -> bool:
    """Return whether the size or the number of racks of the spec is another one than that of the status."""
    if world.status is None:
        return False
    before, after = world.status.cluster, world.goal.cluster
    return before.size > after.size or len(before.racks) != len(after.racks)


def _restart_or_set(world: World, state: RackState, failed: Sequence[Pod]) -> None:
    if needs_image(world, state):
        upgrade(world, state, failed)
    else:
        kinds = restart_kinds(world, state)
        if RESTARTS & set(kinds.values()):
            rolling_restart(world, state, kinds, failed)
        if not failed and LIVE in kinds.values():
            set_live(world, state, kinds)
    leave_blocked_hosts(world, state, failed)


def _update_init_image(world: World, state: RackState) -> None:
    own = world.sets[state.identity]
    if world.goals[own.init_image].init_image != world.goal.init_image:
        world.emit(OnRack("update-sts", state.identity))
    world.sets[state.identity] = replace(own, init_image=world.goal.number)


def _update_config_map(world: World, state: RackState) -> None:
    own = world.sets[state.identity]
    peers = _peers(world)
    need = world.need(own.config_map, state.identity)
    if peers != own.peers or (need is not None and need.config_map):
        world.emit(OnRack("update-configmap", state.identity))
    world.sets[state.identity] = replace(own, config_map=world.goal.number, peers=peers)


def _peers(world: World) -> frozenset[str]:
    return world.goal.pod_names.union(world.pods)


# --- new revisions ------------------------------------------------------------------------------------------------


def _old_revisions(world: World, states: Sequence[RackState]) -> dict[int, Rack]:
    """Return id → the rack of another revision that is there."""
    found = {}
    for state in states:
        for rack in current_racks(world):
            if rack.id == state.rack.id and rack.revision != state.rack.revision:
                found[rack.id] = rack
                break
    return found


def _change_revision(world: World, old: Rack, new: RackState) -> None:
    """Move a rack by one batch from its old revision to the new one."""
    create_rack(world, new.rack)
    if old.identity not in world.sets:
        reconcile_rack(world, new)
        return
    before, after = world.sets[old.identity].replicas, world.sets[new.identity].replicas
    if before == 0 and after == new.size:
        _remove_rack(world, old)
        return
    if after > new.size:
        shrink(world, new.rack, new.size, world.goal.cluster.rack_config.get("scaleDownBatchSize"))
    world.wait_for_all_sets()
    batch = _rounded_up(world.goal.batch, new.size)
    if before + after < new.size and after < new.size:
        more = min(batch, new.size - before - after)
        reconcile_rack(world, RackState(new.rack, after + more))
        raise PassEnds
    if before > 0:
        shrink(world, old, before - min(batch, before), world.goal.batch)


def _rounded_up(wanted: Any, size: int) -> int:
    percent = percent_of(wanted)
    count = -(-size * percent // 100) if percent is not None else wanted if type(wanted) is int else 0
    return max(1, int(count))


def _remove_rack(world: World, rack: Rack) -> None:
    """Shrink a rack by a batch, or delete it once it has no pods."""
    own = world.sets.get(rack.identity)
    if own is None:
        return
    if own.replicas > 0:
        shrink(world, rack, 0, world.goal.cluster.rack_config.get("scaleDownBatchSize"))
    world.emit(OnRack("delete-sts", rack.identity))
    world.emit(OnRack("delete-configmap", rack.identity))
    del world.sets[rack.identity]
