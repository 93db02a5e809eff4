"""A rack grows or shrinks, and what is cleaned up behind pods that leave.

Source: AKO 4.5.0, rack.go: scaleUpRack, scaleDownRack; pod.go: cleanupPods, cleanupPodMeshAndStatus;
strong_consistency.go: validateSCClusterState.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aerofleet.ako.cluster import Rack
from aerofleet.ako.rollout.acts import OnPods, Scale, TipClear
from aerofleet.ako.rollout.claims import cascading, delete_claims
from aerofleet.ako.rollout.gate import pass_gate, set_fill_delay, wait_for_migrations
from aerofleet.ako.rollout.restarts import first_batch
from aerofleet.ako.rollout.services import drop_pod_services, serve_pods
from aerofleet.ako.rollout.world import PassEnds, World


def grow(world: World, rack: Rack, size: int) -> None:
    """Scale a rack up to ``size`` pods at once; nothing is waited for."""
    own = world.sets[rack.identity]
    ordinals = range(own.replicas, size)
    names = [f"{world.name}-{rack.identity}-{ordinal}" for ordinal in ordinals]
    serve_pods(world, names)
    world.sets[rack.identity] = replace(own, replicas=size)
    world.emit(Scale(rack.identity, own.replicas, size))
    for name, ordinal in zip(names, ordinals, strict=True):
        world.start(name, rack.identity, ordinal)


def shrink(world: World, rack: Rack, size: int, batch_size: Any) -> None:
    """Scale a rack down by one batch towards ``size`` pods. Always raises PassEnds."""
    own = world.sets[rack.identity]
    pods = world.pods_of(rack.identity)
    batch, _ = first_batch(batch_size, pods[: own.replicas - size], len(pods))
    running = [pod for pod in batch if pod.is_ready]
    for pod in batch:
        if not pod.listed:
            world.ignorable.add(pod.name)  # Its server never ran, so no data is lost with it.
        if pod.is_ready or pod.name in world.ignorable:
            continue
        raise PassEnds(f"pod {pod.name} is not ready, and the operator removes no such pod")
    if running:
        pass_gate(world, running)
        set_fill_delay(world, rack, world.ignorable, to_zero=True)
    wait_for_migrations(world)
    names = [pod.name for pod in batch]
    listed = [pod.name for pod in batch if pod.listed]
    world.away.update(names)
    world.sets[rack.identity] = replace(own, replicas=own.replicas - len(batch))
    world.emit(Scale(rack.identity, own.replicas, own.replicas - len(batch)))
    for name in names:
        world.drop(name)
    world.emit(OnPods("gone", tuple(sorted(names))))
    world.moving = world.moving or bool(running)
    if running:
        world.wait_for_set(rack.identity)
    clean_up(world, rack, names, listed)
    raise PassEnds


def clean_up(world: World, rack: Rack, names: Sequence[str], listed: Sequence[str]) -> None:
    """Delete the claims of pods that have left, let their peers forget them, and take those that are
    ``listed`` out of the status.
    """
    delete_claims(world, cascading(world, rack, names), names)
    peers = tuple(sorted(name for name, pod in world.pods.items() if pod.is_ready))
    for name in names:
        if peers:
            world.emit(TipClear(name, peers))
    drop_pod_services(world, names)
    if listed:
        world.emit(OnPods("status-remove-pods", tuple(sorted(listed))))
