"""What a change does to the room on the hosts of a cell, and to the quotas that promise it; all hosts of a review."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from aerofleet.analysis.cell_change import CellChange
from aerofleet.analysis.fit.room import RackRoom
from aerofleet.analysis.fit.sentences import racks_text
from aerofleet.files.tenants import Quota
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.checks.tenants import quantity, quota_use
from aerofleet.policy.contacts import Contacts, contacts_of
from aerofleet.policy.judged_change import source_of
from aerofleet.review.hosts import Causes, CellSide, named, new_and_gone, state_changes
from aerofleet.review.model import Cause, HostChange
from aerofleet.settings.source import STACKS
from aerofleet.units.amount import counted
from aerofleet.units.field_path import dotted

ON_HOSTS = {"memory": 0, "cpu": 1}
"""Part of a quota that hosts have → its dimension in a `RackRoom`."""


def host_changes(
    cells: Iterable[CellChange], lines: Sequence[Cause]
) -> tuple[tuple[HostChange, ...], tuple[Cause, ...]]:
    """Return what becomes of hosts, of the room on them, and of quotas; and the ``lines`` that none of them names."""
    found: list[HostChange] = []
    for cell in cells:
        base, head = CellSide.of(cell, "base"), CellSide.of(cell, "head")
        if cell.base is cell.head or not cell.is_known or base is None or head is None:
            continue
        folder = f"{STACKS}/{cell.name}/"
        causes = {line.path: line for line in lines if line.location and line.location.file.startswith(folder)}
        found += [
            *state_changes(base, head, causes),
            *_of_pools(base, head, causes, len(cell.left_out.clusters), contacts_of(source_of(cell.head))),
            *_quotas(base, head, causes),
        ]
    taken = {id(cause) for one in found for cause in one.causes}
    return tuple(found), tuple(line for line in lines if id(line) not in taken)


def _of_pools(base: CellSide, head: CellSide, causes: Causes, unknown: int, contacts: Contacts) -> Iterator[HostChange]:
    """Yield each pool whose hosts come or go, or whose pods ask for more or less than before. ``unknown``: number of
    clusters that can't be judged. ``contacts``: whom to ask about room that is doubtful.
    """
    of_hosts = dict(new_and_gone(base, head, causes))
    for pool in head.cell.pools:
        notes = tuple(_room_notes(pool.name, base, head))
        if notes and unknown:
            notes += (f"without {counted(unknown, 'cluster')} that can't be judged",)
        change = of_hosts.get(pool.name)
        doubt = _doubt(pool.name, base, head)
        ask = f"Ask {' or '.join(contacts.people('capacity'))}: {doubt}" if doubt else ""
        if change:
            yield replace(change, notes=(*change.notes, *notes), ask=change.ask or ask)
        elif notes:
            yield HostChange(head.cell.name, f"pool {pool.name}", (), notes, ask)


def _doubt(pool: str, base: CellSide, head: CellSide) -> str:
    """Return what may happen in the racks of a pool whose pods hardly fit, with less room than before; else nothing."""
    racks = [
        room.rack
        for (name, rack), room in head.rooms.items()
        if name == pool and _is_doubtful(room) and _is_tighter(base.rooms.get((name, rack)), room)
    ]
    if not racks:
        return ""
    return (
        f"the hosts of pool {pool} in {racks_text(racks)} may have no room for all pods. A pod without room stays "
        "Pending, and the roll-out of its cluster never ends."
    )


def _is_doubtful(room: RackRoom) -> bool:
    return not room.too_large and room.of_hosts[0] != "impossible" and room.of_plan[0] != "fits"


def _is_tighter(old: RackRoom | None, room: RackRoom) -> bool:
    """Return whether the pods have less room than before: more is asked for, hosts are fewer, or they fitted."""
    if old is None or not _is_doubtful(old) or len(room.hosts) < len(old.hosts):
        return True
    return any(room.asked(index) > old.asked(index) for index in range(len(room.dimensions[:2])))


def _room_notes(pool: str, base: CellSide, head: CellSide) -> Iterator[str]:
    racks: dict[str, list[str]] = {}
    for (name, rack), room in head.rooms.items():
        old = base.rooms.get((name, rack))
        is_same = old and (old.pods, len(old.hosts)) == (room.pods, len(room.hosts))
        if name == pool and not is_same and (room.pods or (old and old.pods)):
            racks.setdefault(_room_text(old, room), []).append(rack)
    for text, names in racks.items():
        yield f"{racks_text(names)}{', each' if len(names) > 1 else ''}: {text}"


def _room_text(old: RackRoom | None, room: RackRoom) -> str:
    """Return hosts, what their pods ask for, and whether they fit."""
    if not room.hosts:
        return "no host"
    parts = []
    for index, dimension in enumerate(room.dimensions[:2]):
        was, now = (old.asked(index) if old else 0), room.asked(index)
        asked = dimension.text(now) if was == now else f"{dimension.text(was)} → {dimension.text(now)}"
        parts.append(f"{asked} of {dimension.said(room.there(index))}")
    estimate = "" if room.is_exact else " (an estimate: docs/concepts/sizing.md)"
    hosts = counted(len(room.hosts), "host")
    if old and len(old.hosts) != len(room.hosts):
        hosts = f"{len(old.hosts)} → {hosts}"
    return f"{hosts}; pods ask for {' and '.join(parts)}{estimate}{_newcomers(old, room)}; {_fit_text(room)}"


def _newcomers(old: RackRoom | None, room: RackRoom) -> str:
    """Return which clusters come into the rack, and which are there."""
    known = {group.name for group in old.pods} if old else set()
    new = [f"{group.name} with {counted(group.count, 'pod')}" for group in room.pods if group.name not in known]
    there = [group.name for group in room.pods if group.name in known]
    if not new:
        return ""
    beside = f" beside {named(there)}" if there else ""
    return f"; {named(new)} {'comes' if len(new) == 1 else 'come'}{beside}"


def _fit_text(room: RackRoom) -> str:
    if room.too_large or len(room.judged) < len(room.pods) or room.of_hosts[0] == "impossible":
        return "they do not fit (see the findings)"
    if room.of_plan[0] != "fits":
        return "they hardly fit, if at all (see the findings)"
    return "they fit, also without any one host" if room.of_loss is None else "they fit, with no host to spare"


def _quotas(base: CellSide, head: CellSide, causes: Causes) -> Iterator[HostChange]:
    """Yield each team whose quota changes, with what its clusters use, and what all quotas promise of the hosts."""
    before = {team.name: team for team in base.cell.teams}
    for team in head.cell.teams:
        was = before.get(team.name)
        if was is None or was.tenant.quota == team.tenant.quota:
            continue
        use = quota_use([cluster.settings for cluster in team.clusters])
        notes, lines = [], []
        for part in Quota.model_fields:
            old, new = getattr(was.tenant.quota, part), getattr(team.tenant.quota, part)
            if old == new:
                continue
            line = causes.get(dotted(("teams", team.name, "quota", part)))
            lines += [line] if line else []
            text = f"quota {quantity(part, old)} → {quantity(part, new)}; its clusters use {quantity(part, use[part])}"
            notes.append(f"{text}{_promised(head, team.tenant.pools, part)}")
        yield HostChange(head.cell.name, f"team {team.name}", tuple(lines), tuple(notes))


def _promised(head: CellSide, pools: Sequence[str], part: str) -> str:
    """Return what all teams of the same pools may use together, and what the hosts of these pools have."""
    there = _on_hosts(head.cell, head, pools, part)
    if not there:
        return ""
    teams = [team for team in head.cell.teams if set(team.tenant.pools) & set(pools)]
    promised = sum(getattr(team.tenant.quota, part) for team in teams)
    more = "more than" if promised > there else "within"
    return (
        f"; the quotas of {counted(len(teams), 'team')} on pool{'s' if len(pools) > 1 else ''} {', '.join(pools)} are "
        f"{quantity(part, promised)}, {more} what the hosts have for pods ({quantity(part, there)})"
    )


def _on_hosts(cell: Cell, head: CellSide, pools: Sequence[str], part: str) -> int:
    """Return what the hosts of the pools have: bytes, or thousandths of a core; 0 where that is no matter of hosts."""
    rooms = [room for (pool, _), room in head.rooms.items() if pool in pools]
    if part in ON_HOSTS:
        return sum(room.there(ON_HOSTS[part]) for room in rooms)
    if part != "storage":
        return 0
    present = {host.name for room in rooms for host in room.hosts}
    return sum(
        size.size * size.count * drive.count
        for pool in cell.pools
        if pool.name in pools
        for host in pool.hosts
        if host.name in present
        for size in pool.partitions
        for drive in host.model.drives
    )
