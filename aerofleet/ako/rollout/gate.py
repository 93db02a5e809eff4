"""What the operator waits for before it stops servers, and the quiesce.

Source: AKO 4.5.0, aero_info_calls.go: waitForMultipleNodesSafeStopReady, waitForClusterStability,
setMigrateFillDelay; management library 1.11.1, deployment/cluster.go: InfoQuiesce.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from aerofleet.ako.cluster import Rack
from aerofleet.ako.rollout.acts import MIGRATIONS, STABLE, OnPods, Recluster, SetConfig, Wait
from aerofleet.ako.rollout.model import Pod
from aerofleet.ako.rollout.roster import write_roster
from aerofleet.ako.rollout.world import PassEnds, World

FEWEST_NODES = 2
"""With fewer nodes than this there is no quiesce; beside a pod that is ignored, the operator does not go on."""


def pass_gate(world: World, pods: Sequence[Pod]) -> None:
    """Wait until ``pods`` may stop together, and quiesce them. Raises PassEnds where that is not so."""
    world.wait_for_all_sets()
    hosts = world.hosts(world.ignorable)
    if len(hosts) < FEWEST_NODES and world.ignorable:
        raise PassEnds(f"{', '.join(sorted(world.ignorable))} failed, and only {len(hosts)} node is left beside")
    wait_for_migrations(world)
    is_new_roster = write_roster(world, hosts)
    if len(hosts) < FEWEST_NODES:
        return
    world.emit(Wait(STABLE, busy=is_new_roster))
    if is_new_roster:
        raise PassEnds("the roster is new, so the cluster is not stable yet")
    world.emit(OnPods("quiesce", tuple(pod.name for pod in pods)))
    for pod in pods:
        world.put(replace(world.pods[pod.name], quiesced=True))
    world.emit(Recluster())
    world.moving = True


def wait_for_migrations(world: World) -> None:
    """Wait until no data moves between the nodes."""
    world.hosts(world.ignorable)
    world.away -= {name for name, pod in world.pods.items() if pod.is_ready}
    world.emit(Wait(MIGRATIONS, busy=world.moving))
    world.moving = False


def set_fill_delay(world: World, rack: Rack, ignorable: Iterable[str], *, to_zero: bool) -> None:
    """Set migrate-fill-delay on all nodes to 0, or to the value of ``rack``; nothing where it was never set."""
    delay = world.goal.fill_delay(rack)
    if not delay and not (world.status and world.status.fill_delay()):
        return
    hosts = world.hosts(ignorable)
    value = 0 if to_zero else delay
    world.emit(SetConfig(tuple(hosts), (("context", "service"), ("migrate-fill-delay", str(value)))))


def undo_quiesce(world: World) -> None:
    """Take back what a pass that ended early has left quiesced."""
    left = sorted(name for name, pod in world.pods.items() if pod.quiesced)
    if left:
        world.emit(OnPods("quiesce-undo", tuple(left)))
        world.emit(Recluster())
        world.moving = True
        for name in left:
            world.put(replace(world.pods[name], quiesced=False))
