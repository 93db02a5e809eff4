"""Policies of the hosts of a cell: one to spare in each rack, and one of a pool at a time in maintenance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from aerofleet.analysis.fit.room import RackRoom
from aerofleet.analysis.fit.rules import pool_place, pool_subject
from aerofleet.analysis.fit.sentences import shortage
from aerofleet.files.choices import HostState
from aerofleet.findings import LocatedProblem
from aerofleet.fleet.metal import Host
from aerofleet.policy.judged_change import JudgedChange
from aerofleet.policy.names import named
from aerofleet.policy.of_cells import JudgedCell
from aerofleet.policy.policy import policy
from aerofleet.policy.severity import Level
from aerofleet.units.amount import counted


@policy(
    "host-to-spare",
    kind="state",
    level=Level.ADVISED,
    remedy="a host more in each of these racks (docs/how-to/add-hosts-or-a-pool.md), or smaller pods",
    source="Platform rule: docs/how-to/take-a-host-out.md",
)
def host_to_spare(judged: JudgedCell) -> Iterator[LocatedProblem]:
    """In each rack, the pods of a pool have room on its hosts without any one of them.

    The volumes of a pool are on its hosts, so no pod moves by itself: a host to spare is what a lost one needs.
    """
    resolution = judged.analysis.resolution
    for room in judged.analysis.rooms:
        if room.of_loss is None:
            continue
        host, answer, lack = room.of_loss
        number, left = len(room.hosts), len(room.hosts) - 1
        one = f"one {host.model_name}" if len({one.model_name for one in room.hosts}) > 1 else "one"
        why = f"without {one} of its hosts, {shortage(room, answer, lack, left)}"
        if not left:
            why = f"the only host has {counted(sum(group.count for group in room.judged), 'pod')}"
            why += f" ({named([group.name for group in room.judged])})"
        which = f"none of the {number} hosts" if left else "the only host"
        message = f"{which} of rack {room.rack} is{'' if left else ' not'} to spare"
        message += ": when one is lost for good, its pods wait until the rack has another"
        # The reasons are no part of the message: a review would take a finding with other numbers for a new one.
        remedy = f"a host more in the rack (docs/how-to/add-hosts-or-a-pool.md), or smaller pods: {why}"
        place = pool_place(resolution, room.pool)
        yield LocatedProblem(f"racks.{room.rack}", message, remedy, place, pool_subject(room.pool))


@policy(
    "hosts-out-together",
    kind="change",
    remedy="one host, the next when `aerofleet wait` shows all clusters as healthy (docs/how-to/take-a-host-out.md)",
    source="Platform rule: docs/how-to/take-a-host-out.md",
)
def hosts_out_together(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """A change takes a host to maintenance only while no other host is there that can have pods of the same cluster."""
    base, head = judged.change.base, judged.change.head
    if base is None or head is None:
        return
    before = {host.name for room in base.rooms for host in in_maintenance(room)}
    of_pool: dict[str, list[RackRoom]] = defaultdict(list)
    for room in head.rooms:
        of_pool[room.pool].append(room)
    for pool, rooms in of_pool.items():
        out = [host for room in rooms for host in in_maintenance(room)]
        new = [host for host in out if host.name not in before]
        shared = on_several(rooms)
        if not new or not shared:
            continue
        hosts = ", ".join(f"{host.name} (rack {host.rack})" for host in out)
        # Copies of a record are in different racks, as far as there are racks enough.
        together = "two copies of a record" if len({host.rack for host in out}) > 1 else "two pods of a cluster"
        message = (
            f"{counted(len(out), 'host')} would be in maintenance at once: {hosts}; {named(shared)} can have pods on "
            f"two of them, so that {together} can be away together"
        )
        yield LocatedProblem("", message, "", judged.place("hosts", "hosts", new[0].name, "state"), pool_subject(pool))


def in_maintenance(room: RackRoom) -> list[Host]:
    """Return the hosts of a rack that are in maintenance."""
    return [host for host in room.hosts if host.state is HostState.MAINTENANCE]


def on_several(rooms: Sequence[RackRoom]) -> list[str]:
    """Return the clusters that can have pods on two hosts in maintenance, of all racks of a pool."""
    possible: dict[str, int] = defaultdict(int)
    for room in rooms:
        for group in room.pods:
            hosts = sum(1 for host in in_maintenance(room) if host.name not in group.never_on)
            possible[group.name] += min(hosts, group.count)
    return [name for name, hosts in possible.items() if hosts > 1]
