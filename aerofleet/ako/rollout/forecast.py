"""The forecast of a roll-out for a change, a first creation, or a deletion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from aerofleet.ako.admission import answer_create, answer_update
from aerofleet.ako.cluster import Cluster, cluster_of
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.config import section
from aerofleet.ako.refused_starts import refused_starts
from aerofleet.ako.rollout.acts import Edit, Repeat, Rollout
from aerofleet.ako.rollout.assumptions import assumptions
from aerofleet.ako.rollout.deletion import delete_resource
from aerofleet.ako.rollout.model import Facts, Pod, RackSet
from aerofleet.ako.rollout.reconcile import LaterEdit, roll_out
from aerofleet.ako.rollout.roster import first_roster
from aerofleet.ako.rollout.services import first_services
from aerofleet.ako.rollout.world import World, claim_volumes
from aerofleet.ako.status import Status, finished_status, running_cluster

Object = Mapping[str, Any]
NOTHING_KNOWN = Facts()


def rollout_of(  # noqa: PLR0913 - what is known besides the two files
    old: Object | None,
    new: Object | None,
    *,
    status: Status | None = None,
    facts: Facts = NOTHING_KNOWN,
    edits: Sequence[LaterEdit] = (),
    operator: str = OPERATOR,
) -> Rollout:
    """Forecast the roll-out from ``old`` to ``new``. No ``old``: the first creation; no ``new``: the deletion.

    ``status``: that of ``old``, where its roll-out is not finished, or pods have failed. ``edits``: further edits
    on the way.
    """
    before = cluster_of(dict(old), operator) if old is not None else None
    if new is None:
        return deletion_of(before, facts) if before else Rollout((), "completed")
    after = cluster_of(dict(new), operator)
    if before is None:
        return creation_of(after, facts, edits)
    return rollout_between(before, after, status or finished_status(before), facts=facts, edits=edits)


def rollout_between(
    before: Cluster,
    after: Cluster,
    status: Status,
    *,
    facts: Facts = NOTHING_KNOWN,
    edits: Sequence[LaterEdit] = (),
) -> Rollout:
    """The same for clusters that were read already. With another name it is another cluster, which is created."""
    if (before.name, before.namespace) != (after.name, after.namespace):
        return creation_of(after, facts, edits)
    if not answer_update(before, after, status).allowed:
        return Rollout((), "refused")
    failed = status.failed - facts.healing
    facts = replace(facts, crashing=facts.crashing | failed)
    world = _running(before, status, facts)
    if failed:
        world.unknown[f"{', '.join(sorted(failed))}: failed, and taken to fail after every restart"] = None
    world.set_goal(after, _with_refused_starts(after, facts))
    world.unknown.update(dict.fromkeys(assumptions(before, after, facts)))
    later = [replace(edit, facts=replace(edit.facts, crashing=edit.facts.crashing | failed)) for edit in edits]
    world.emit(Edit("new"))
    return _run(world, later)


def creation_of(after: Cluster, facts: Facts = NOTHING_KNOWN, edits: Sequence[LaterEdit] = ()) -> Rollout:
    """Forecast the first creation of a cluster that was read already."""
    if not answer_create(after).allowed:
        return Rollout((), "refused")
    world = World(after, _with_refused_starts(after, facts))
    world.phase = ""
    world.emit(Edit("create"))
    return _run(world, edits)


def deletion_of(before: Cluster, facts: Facts = NOTHING_KNOWN) -> Rollout:
    """Forecast the deletion of a cluster that was read already."""
    world = _running(before, finished_status(before), facts)
    world.emit(Edit("delete the resource"))
    delete_resource(world)
    return Rollout(tuple(world.steps), "completed")


def _run(world: World, edits: Sequence[LaterEdit]) -> Rollout:
    course = roll_out(world, edits)
    return Rollout(
        steps=(*world.steps, *([Repeat(tuple(course.repeated))] if course.repeated else [])),
        outcome=course.outcome,
        blocked=course.failure,
        unknown=tuple(world.unknown),
        chances=tuple(world.chances),
    )


def _with_refused_starts(cluster: Cluster, facts: Facts) -> Facts:
    """Return ``facts`` with the racks whose servers do not start with the configuration: their pods crash."""
    refused = {fault.rack.position for fault in refused_starts(cluster)}
    if not refused:
        return facts
    shared = any(rack.is_shared and rack.position in refused for rack in cluster.racks)
    racks = {rack.identity for rack in cluster.racks if rack.position in refused or (shared and rack.is_shared)}
    return replace(facts, crashing=facts.crashing | racks)


def _running(cluster: Cluster, status: Status, facts: Facts) -> World:
    """Return the world of ``cluster`` as ``status`` has it: rolled out, or on the way to it."""
    running = running_cluster(cluster, status, cluster.operator)
    world = World(running or cluster, facts, status.pods)
    first = world.goal
    world.status = first if status.is_complete else None
    world.phase = status.phase or "InProgress"
    for rack, ordinals in _ordinals(world, status).items():
        known = first.rack(rack) or next((own for own in cluster.racks if own.identity == rack), None)
        if known is None:
            continue
        world.sets[rack] = RackSet(rack, len(ordinals), 0, 0, 0, first.pod_names, claim_volumes(known))
        for ordinal in ordinals:
            world.put(_pod(world, rack, ordinal, status, facts))
    world.roster = first_roster(first, list(world.pods))
    world.services = first_services(first.cluster, world.pods)
    world.budget = None if first.cluster.spec.get("disablePDB") is True else first.cluster.spec.get("maxUnavailable")
    world.away = {pod.name for pod in world.pods.values() if pod.has_failed}
    if running is not None:
        world.set_goal(cluster, facts)
        # A paused cluster whose last pass has finished runs what its status mirrors.
        world.is_under_way = not (cluster.spec.get("paused") is True and status.phase == "Completed")
    if world.is_under_way:
        world.unknown["the roll-out before is not finished, so each pod may be as before it or after it"] = None
    return world


def _ordinals(world: World, status: Status) -> dict[str, range]:
    """Return identity of a rack → the ordinals of its pods, by the names in the status."""
    counts = {state.identity: 0 for state in world.goal.racks}
    prefix = f"{world.name}-"
    for name in status.pods:
        rack, _, ordinal = name.removeprefix(prefix).rpartition("-")
        if name.startswith(prefix) and rack and ordinal.isdigit():
            counts[rack] = max(counts.get(rack, 0), int(ordinal) + 1)
    if not status.pods:
        counts = {state.identity: state.size for state in world.goal.racks}
    return {rack: range(count) for rack, count in counts.items()}


def _pod(world: World, rack: str, ordinal: int, status: Status, facts: Facts) -> Pod:
    name = f"{world.name}-{rack}-{ordinal}"
    entry = section(status.pods, name)
    return Pod(
        name=name,
        rack=rack,
        ordinal=ordinal,
        spec=0,
        told=0,
        health="crash-looping" if name in status.failed else "ready",
        partial=entry.get("dynamicConfigUpdateStatus") == "PartiallyFailed",
        evicting=name in facts.evicting,
        dirty=bool(entry.get("dirtyVolumes")),
        node=(facts.nodes or {}).get(name, ""),
    )
