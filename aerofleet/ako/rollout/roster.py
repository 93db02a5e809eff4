"""The roster of strongly consistent namespaces.

Source: AKO 4.5.0, strong_consistency.go: getAndSetRoster, getIgnorableNamespaces; management library 1.11.1,
deployment/strong_consistency.go: ManageRoster.
"""

from __future__ import annotations

from collections.abc import Sequence

from aerofleet.ako.rollout.acts import Recluster, RosterSet
from aerofleet.ako.rollout.model import Goal
from aerofleet.ako.rollout.world import PassEnds, World


def node_id(rack: int, ordinal: int) -> str:
    """Return the node id that a pod gets: rack id, ``a``, ordinal, as the server writes it."""
    return f"{rack}A{ordinal}".lstrip("0")


def write_roster(world: World, hosts: Sequence[str]) -> bool:
    """Write the roster of each namespace whose nodes differ from it. Return whether one was written.

    Raises PassEnds where partitions are unavailable.
    """
    factors = _written_namespaces(world, hosts)
    if not factors:
        return False
    _require_partitions(world, hosts, factors)
    was_set = False
    for namespace in factors:
        members = frozenset(name for name in hosts if _is_member(world, name))
        if members == world.roster.get(namespace):
            continue
        world.roster[namespace] = members
        world.emit(RosterSet(namespace, _nodes(world, namespace, members), tuple(hosts)))
        was_set = True
    if was_set:
        world.emit(Recluster())
        world.moving = True
    return was_set


def first_roster(goal: Goal, pods: Sequence[str]) -> dict[str, frozenset[str] | None]:
    """Return the roster of a cluster that is rolled out."""
    blocked = set(goal.cluster.spec.get("rosterNodeBlockList") or [])
    members = frozenset(
        f"{goal.cluster.name}-{state.identity}-{ordinal}"
        for state in goal.racks
        if not state.rack.is_blocked_from_roster
        for ordinal in range(state.size)
        if node_id(state.rack.id, ordinal) not in blocked
    )
    return {namespace: members & frozenset(pods) for namespace in goal.strong}


def _written_namespaces(world: World, hosts: Sequence[str]) -> dict[str, int]:
    """Return name → replication factor of the namespaces that all nodes have, and the spec has, too."""
    if not world.goal.has_strong and not (world.status and world.status.has_strong):
        return {}
    on_nodes = [world.goals[world.pods[name].spec].namespaces.get(world.pods[name].rack, frozenset()) for name in hosts]
    everywhere = frozenset.intersection(*on_nodes) if on_nodes else frozenset()
    kept = everywhere & world.goal.all_namespaces
    return {name: factor for name, factor in world.goal.strong.items() if name in kept}


def _require_partitions(world: World, hosts: Sequence[str], factors: dict[str, int]) -> None:
    blocked = any(state.rack.is_blocked_from_roster for state in world.goal.racks)
    for namespace, factor in factors.items():
        missing = (world.roster.get(namespace) or frozenset()) - set(hosts)
        if len(missing) >= factor and not blocked:
            names = ", ".join(sorted(missing))
            raise PassEnds(f"{namespace} has unavailable partitions: {names} of its roster are missing", error=False)


def _is_member(world: World, name: str) -> bool:
    pod = world.pods[name]
    rack = world.known_rack(pod.rack)
    blocked = world.goal.cluster.spec.get("rosterNodeBlockList") or []
    is_blocked = any(state.rack.id == rack.id and state.rack.is_blocked_from_roster for state in world.goal.racks)
    return not is_blocked and node_id(rack.id, pod.ordinal) not in blocked


def _nodes(world: World, namespace: str, members: frozenset[str]) -> tuple[str, ...]:
    is_aware = namespace in world.goal.cluster.rack_namespaces
    racks = [(world.known_rack(world.pods[name].rack).id, world.pods[name].ordinal) for name in members]
    # The server lists the greatest node id first; ids are hexadecimal numbers.
    racks.sort(key=lambda place: int(node_id(*place), 16), reverse=True)
    return tuple(node_id(*place) + (f"@{place[0]}" if is_aware and place[0] else "") for place in racks)
