"""One pass of the operator's loop, and the loop until nothing changes.

Source: AKO 4.5.0, reconciler.go: Reconcile.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.rollout.acts import Act, Edit, Outcome, PhaseChange, Step, Wait
from aerofleet.ako.rollout.deletion import delete_resource
from aerofleet.ako.rollout.failed import mend_ignored_pods, start_over
from aerofleet.ako.rollout.gate import set_fill_delay, undo_quiesce, wait_for_migrations
from aerofleet.ako.rollout.live_settings import recluster_for_settings
from aerofleet.ako.rollout.model import Facts
from aerofleet.ako.rollout.racks import go_through_racks
from aerofleet.ako.rollout.roster import write_roster
from aerofleet.ako.rollout.services import make_budget, make_headless_service, make_load_balancer
from aerofleet.ako.rollout.world import PassEnds, World

MOST_PASSES = 4000
"""More passes than any roll-out of 256 pods has."""


@dataclass(frozen=True, slots=True)
class LaterEdit:
    """An edit that the operator sees after ``passes`` passes of the roll-out before; it sees none within a pass.
    ``cluster``: None where the resource is deleted. ``facts``: those that hold from then on.
    """

    cluster: Cluster | None
    passes: int
    facts: Facts = field(default_factory=Facts)


@dataclass(slots=True)
class Course:
    """How a roll-out ends. ``repeated``: the steps that it repeats for ever. ``failure``: why."""

    outcome: Outcome
    repeated: list[Step]
    failure: str = ""


def roll_out(world: World, edits: Sequence[LaterEdit] = ()) -> Course:
    """Run passes until the roll-out has finished or repeats itself."""
    left = list(edits)
    known: dict[Hashable, tuple[int, int]] = {}
    failures: list[str] = []
    passes = 0
    for _ in range(MOST_PASSES):
        if left and passes >= left[0].passes:
            edit = left.pop(0)
            if edit.cluster is None:
                world.emit(Edit("delete the resource"))
                delete_resource(world)
                return Course("completed", [])
            world.set_goal(edit.cluster, edit.facts)
            world.emit(Edit("next"))
            known, passes = {}, 0
        if world.goal.cluster.spec.get("paused") is True:
            if not left:
                return Course("completed", [])
            passes = left[0].passes
            continue
        ended = _run_pass(world)
        passes += 1
        if ended is None and not left:
            return Course("completed", [])
        if ended is None or not ended.failure:
            continue
        state = _state_of(world)
        if state in known and not left:
            start, first = known[state]
            world.steps, repeated = _earliest(world.steps[:start], world.steps[start:])
            outcome: Outcome = "completed" if world.phase == "Completed" else "stuck"
            return Course(outcome, repeated, [*failures, ended.failure][first])
        failures.append(ended.failure)
        known[state] = len(world.steps), len(failures)
    return Course("stuck", [], "it does not end")


def _run_pass(world: World) -> PassEnds | None:
    """Run one pass. Return None where it has finished, and nothing is left to do."""
    world.write_phase("InProgress")
    world.seen = {**world.pods, **world.late}
    world.late = {}
    ignored: set[str] = set()
    try:
        start_over(world)
        make_headless_service(world)
        go_through_racks(world)
        make_budget(world)
        make_load_balancer(world)
        ignored = world.ignorable_pods(())
        undo_quiesce(world)
        set_fill_delay(world, world.goal.cluster.racks[0], ignored, to_zero=False)
        recluster_for_settings(world)
        _set_roster(world, ignored)
    except PassEnds as end:
        if end.is_error:
            world.write_phase("Error")
        if end.failure:
            world.become_ready(world.pods.values())
        return end
    world.status = world.goal
    world.write_phase("Completed")
    if mend_ignored_pods(world, ignored):
        return PassEnds(f"{', '.join(sorted(ignored))} failed: the operator deletes them again and again", error=False)
    return None


def _set_roster(world: World, ignored: set[str]) -> None:
    if not world.goal.has_strong:
        return
    world.ignorable = ignored
    if world.status is not None:
        wait_for_migrations(world)
    try:
        write_roster(world, world.hosts(ignored))
    except PassEnds as end:
        raise PassEnds(end.failure) from None


def _state_of(world: World) -> Hashable:
    pods = tuple(sorted(world.pods.values(), key=lambda pod: pod.name))
    sets = tuple(world.sets[rack] for rack in sorted(world.sets))
    finished = None if world.status is None else world.status.number
    return pods, sets, tuple(sorted(world.roster.items())), finished, world.phase


def _earliest(steps: list[Step], repeated: list[Step]) -> tuple[list[Step], list[Step]]:
    """Return the steps before the repeated ones, and these, so that the repetition begins as early as it can.

    Nothing before a phase Completed is drawn into the repetition: the roll-out has finished there.
    """
    before, block = list(steps), list(repeated)
    while before and block and _is_alike(before[-1].act, block[-1].act):
        if isinstance(before[-1].act, PhaseChange) and before[-1].act.phase == "Completed":
            break
        before.pop()
        block.insert(0, block.pop())
    count = next((place for place, step in enumerate(block) if not isinstance(step.act, PhaseChange)), 0)
    return before, block[count:] + block[:count]


def _is_alike(one: Act, other: Act) -> bool:
    """Return whether two acts are one but for how long they take."""
    if isinstance(one, Wait) and isinstance(other, Wait):
        return replace(one, busy=False) == replace(other, busy=False)
    return one == other
