"""Pods that have failed: they come first, and some of them are left out.

Source: AKO 4.5.0, rack.go: handleFailedPodsInRack; reconciler.go: recoverIgnorablePods, hasClusterFailed,
recoverFailedCreate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aerofleet.ako.rollout.acts import OnPods, OnRack
from aerofleet.ako.rollout.claims import delete_claims
from aerofleet.ako.rollout.model import Pod, RackState
from aerofleet.ako.rollout.restarts import delete_pods, rolling_restart
from aerofleet.ako.rollout.world import PassEnds, World

Reconcile = Callable[[World, RackState, Sequence[Pod]], None]


def mend_failed_pods(world: World, state: RackState, reconcile: Reconcile) -> None:
    """Reconcile a rack for its failed pods, then delete those that are still failed.

    Raises PassEnds where they do not come back, and once they came back by a deletion alone.
    """
    failed = _failed(world, state)
    if failed:
        reconcile(world, state, failed)
        failed = _failed(world, state)
    if failed:
        rolling_restart(world, state, {}, failed)
        raise PassEnds


def _failed(world: World, state: RackState) -> list[Pod]:
    return [pod for pod in world.pods_of(state.identity) if pod.has_failed and pod.name not in world.ignorable]


def mend_ignored_pods(world: World, ignored: set[str]) -> bool:
    """Delete the ignored pods that have failed, after the phase is Completed. Return whether there were any."""
    failed = [world.pods[name] for name in sorted(ignored) if name in world.pods and world.pods[name].has_failed]
    if failed:
        delete_pods(world, failed)
        world.become_ready([world.pods[pod.name] for pod in failed])
    return bool(failed)


def start_over(world: World) -> None:
    """Delete StatefulSets and claims of a first creation in which every pod has failed.

    Raises PassEnds where it does so; nothing where a pod is well, or a roll-out has finished once.
    """
    if world.status is not None or not world.sets or any(not pod.has_failed for pod in world.pods.values()):
        return
    names = sorted(world.pods)
    claims = sorted(claim for name in names for claim in world.claims_of(name, world.pods[name].rack))
    for rack in sorted(world.sets):
        world.emit(OnRack("delete-sts", rack))
    delete_claims(world, claims, names)
    listed = tuple(name for name in names if world.pods[name].listed)
    if listed:
        world.emit(OnPods("status-remove-pods", listed))
    world.sets.clear()
    for name in names:
        world.drop(name)
    raise PassEnds("every pod has failed in the first creation, so it starts again")
