"""What a change does to the hosts of a cell: which clusters can have pods on them, and which copies are left.

The definitions place no pod, so a host *can* have a pod of each cluster of its pool and rack; a pool's only host in a
rack certainly has all pods there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aerofleet.ako.config import section
from aerofleet.analysis.cell_change import CellChange
from aerofleet.analysis.fit.packing import Pods
from aerofleet.analysis.fit.room import RackRoom
from aerofleet.files.choices import HostState, NetworkProfile, StorageKind
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.metal import Host, Pool
from aerofleet.manifests.node_patch import node_patch
from aerofleet.review.model import Cause, HostChange
from aerofleet.units.amount import counted
from aerofleet.units.cluster_key import team_of
from aerofleet.units.field_path import dotted
from aerofleet.units.kubernetes_quantity import size_text
from aerofleet.units.names import POOL_LABEL
from aerofleet.units.names_in_text import shortened

MOST_NAMED = 8
Causes = Mapping[str, Cause]
"""Path of a changed value → the line."""


@dataclass(frozen=True, slots=True)
class CellSide:
    """A resolved cell with the room on its hosts. ``fill_delays``: NAMESPACE/NAME of a resource → migrate-fill-delay in
    seconds.
    """

    cell: Cell
    rooms: Mapping[tuple[str, str], RackRoom]
    fill_delays: Mapping[str, int]

    @classmethod
    def of(cls, change: CellChange, side: str) -> CellSide | None:
        """Return ``base`` or ``head`` of a change; None where it can't be read."""
        analysis = change.base if side == "base" else change.head
        cell = analysis.resolution.cell if analysis else None
        if analysis is None or cell is None:
            return None
        written = analysis.objects.clusters if analysis.objects else ()
        delays = {f"{one.namespace}/{one.name}": _fill_delay(one.racks[0].config) for one in written if one.racks}
        return cls(cell, {(room.pool, room.rack): room for room in analysis.rooms}, delays)

    def members(self) -> dict[str, tuple[Host, Pool]]:
        """Return name → the host and its pool."""
        return {host.name: (host, pool) for pool in self.cell.pools for host in pool.hosts}

    def pods_on(self, host: Host, pool: Pool) -> tuple[Pods, ...]:
        """Return the pods of the rack of which the host can have some."""
        room = self.rooms.get((pool.name, host.rack))
        return tuple(group for group in room.pods if host.name not in group.never_on) if room else ()


def _fill_delay(config: Mapping[str, Any]) -> int:
    value = section(config, "service").get("migrate-fill-delay", 0)
    return value if isinstance(value, int) else 0


def state_changes(base: CellSide, head: CellSide, causes: Causes) -> Iterator[HostChange]:
    """Yield each host that goes into maintenance, is absent from now on, or comes back."""
    before = base.members()
    for name, (host, pool) in head.members().items():
        old = before[name][0].state if name in before else host.state
        if old is host.state:
            continue
        cause = causes.get(dotted(("hosts", name, "state")))
        notes, ask = _notes(base, head, host, pool)
        what = f"host {name} (pool {pool.name}, rack {host.rack})"
        yield HostChange(head.cell.name, what, (cause,) if cause else (), tuple(notes), ask)


def _notes(base: CellSide, head: CellSide, host: Host, pool: Pool) -> tuple[list[str], str]:
    """Return the sentences about a host with another state, and what somebody has to answer first."""
    if host.state is HostState.ACTIVE:
        return ["it can take pods again; no pod moves to it by itself"], ""
    pods = (head if host.state is HostState.MAINTENANCE else base).pods_on(host, pool)
    others = [other for other in pool.hosts if other.rack == host.rack and other is not host]
    present = [other for other in others if other.state is HostState.ACTIVE]
    in_use = (pool.name, host.rack) in base.rooms and base.rooms[pool.name, host.rack].pods
    notes = [_pods_text(pods, is_only=not any(other.state is not HostState.ABSENT for other in others))]
    in_rack = f"of pool {pool.name} in rack {host.rack}"
    notes.append(f"other active hosts {in_rack}: {named([other.name for other in present]) or 'none'}")
    if not pods:
        blocked = "no cluster can have a pod on it: all have it in `hostBlocks`"
        return ([blocked, *notes[1:]] if in_use else notes), ""
    copies = list(_copies_left(head.cell, pool, host, pods))
    notes.append("copies left while it is out: " + "; ".join(text for text, *_ in copies))
    out = [f"{one.name} (pool {p.name}, rack {one.rack})" for one, p in head.members().values() if _is_out(one, host)]
    notes.append(f"also in maintenance: {named(out)}" if out else "no other host of the cell is in maintenance")
    notes.append("the volumes stay on the host: no pod moves, and its pods wait for it")
    if host.state is HostState.MAINTENANCE:
        notes += [*_later(head, pods), *_not_forming(head, pool, pods)]
    if host.state is HostState.ABSENT:
        notes[-1] = (
            "a pod that is still there waits for the host, with its volumes: it has to leave before (`hostBlocks`)"
        )
        return (
            notes,
            f"Ask the platform team whether {host.name} has no pod any more: nothing blocks it for all clusters.",
        )
    lost = [name for _, left, names in copies if left < 1 for name in names]
    if lost:
        teams = list(dict.fromkeys(map(team_of, lost)))
        who = f"team{'s' if len(teams) > 1 else ''} {named(teams)}"
        return notes, f"Ask {who}: some records may have no copy left while {_out_text(pool)} out ({named(lost)})."
    return notes, ""


def _later(head: CellSide, pods: Iterable[Pods]) -> Iterator[str]:
    """Yield what the host's leaving does, after the merge."""
    yield (
        "the merge changes nothing on the servers; when the host is drained later, its pods stop, and come back with a "
        "cold start (docs/how-to/take-a-host-out.md)"
    )
    clusters = {cluster.key: cluster for cluster in head.cell.clusters}
    delays: dict[int, list[str]] = defaultdict(list)
    in_memory = []
    for group in pods:
        cluster = clusters.get(group.name)
        if cluster is None:
            continue
        delays[head.fill_delays.get(f"{cluster.namespace}/{cluster.resource_name}", 0)].append(group.name)
        if any(namespace.storage is StorageKind.MEMORY for namespace in cluster.settings.namespaces):
            in_memory.append(group.name)
    texts = (
        f"{f'{seconds} s later (migrate-fill-delay)' if seconds else 'at once'} for {named(names)}"
        for seconds, names in sorted(delays.items())
    )
    yield f"while it is away, the others copy what it had: {'; '.join(texts)}"
    if in_memory:
        yield f"namespaces in memory come back empty: {named(in_memory)}"


def _not_forming(head: CellSide, pool: Pool, pods: Iterable[Pods]) -> Iterator[str]:
    """Yield the clusters of which too few nodes may be left to form one."""
    out = [one for one in pool.hosts if one.state is HostState.MAINTENANCE]
    for group in pods:
        cluster = next((one for one in head.cell.clusters if one.key == group.name), None)
        if cluster is None or cluster.min_cluster_size is None:
            continue
        away = 0
        for rack in {one.rack for one in out}:
            room = head.rooms.get((pool.name, rack))
            own = next((one for one in room.pods if one.name == group.name), None) if room else None
            hosts = sum(own is not None and one.rack == rack and one.name not in own.never_on for one in out)
            if own and hosts:
                away += min(hosts, own.count) if own.apart else own.count
        left = max(0, cluster.size - away)
        if left < cluster.min_cluster_size:
            yield (
                f"{group.name}: {counted(left, 'node')} of {cluster.size} may be left while {_out_text(pool)} out, "
                f"fewer than min-cluster-size {cluster.min_cluster_size}: no cluster forms, and no record is available"
            )


def _out_text(pool: Pool) -> str:
    """Return all hosts of a pool in maintenance with their verb: the same text for each of them."""
    out = [host.name for host in pool.hosts if host.state is HostState.MAINTENANCE]
    return f"{named(out)} {'is' if len(out) == 1 else 'are'}"


def _is_out(other: Host, host: Host) -> bool:
    return other.state is HostState.MAINTENANCE and other is not host


def _pods_text(pods: Sequence[Pods], *, is_only: bool) -> str:
    if not pods:
        return "no cluster has pods on this pool in this rack"
    names = named([f"{group.name} {group.count}" for group in pods])
    if is_only:
        total = counted(sum(one.count for one in pods), "pod")
        return f"the only host of its pool in the rack, so it has all {total}: {names}"
    several = "up to one pod each" if all(group.apart for group in pods) else "pods"
    return f"{several} of {counted(len(pods), 'cluster')} can be here; pods in the whole rack: {names}"


def _copies_left(cell: Cell, pool: Pool, host: Host, pods: Iterable[Pods]) -> Iterator[tuple[str, int, list[str]]]:
    """Yield (text, copies left, clusters), for each number of copies, the fewest first.

    Racks keep the copies of a record apart (Aerospike documentation, Rack awareness): with as many racks as copies, all
    hosts of one rack that are out take one copy; with one rack, each of them takes one.
    """
    clusters: dict[str, Cluster] = {cluster.key: cluster for cluster in cell.clusters}
    alike: dict[tuple[int, int], list[str]] = defaultdict(list)
    out = [one for one in pool.hosts if one is host or one.state is HostState.MAINTENANCE]
    for group in pods:
        cluster = clusters.get(group.name)
        if cluster is None:
            continue
        labels = {rack.label for rack in cluster.racks}
        hosts = [one for one in out if one.rack in labels and one.name not in group.never_on]
        for namespace in cluster.settings.namespaces:
            copies = namespace.replication_factor
            is_spread = len(labels) >= copies
            taken = len({one.rack for one in hosts}) if is_spread else min(len(hosts), cluster.size)
            if not group.apart and not is_spread:
                taken = min(copies, group.count)
            known = alike[max(0, copies - taken), copies]
            if group.name not in known:
                known.append(group.name)
    for (left, copies), names in sorted(alike.items()):
        yield f"{left} of {copies} ({named(names)})", left, names


def new_and_gone(base: CellSide, head: CellSide, causes: Causes) -> Iterator[tuple[str, HostChange]]:
    """Yield (pool, its hosts that come or go)."""
    before, after = base.members(), head.members()
    for pool in head.cell.pools:
        new = [host for host in pool.hosts if host.name not in before]
        gone = [host for name, (host, its) in before.items() if its.name == pool.name and name not in after]
        if not new and not gone:
            continue
        lines = tuple(cause for host in (*new, *gone) if (cause := causes.get(dotted(("hosts", host.name)))))
        notes = [*_new_notes(pool, new, head.cell.network_profile), *_gone_notes(gone)]
        busy = [host.name for host in gone if host.state is not HostState.ABSENT]
        verbs = ("has", "it goes") if len(busy) == 1 else ("have", "they go")
        ask = f"Ask the platform team whether {named(busy)} {verbs[0]} no pod any more: "
        ask += f"{verbs[1]} without `state: absent` before."
        yield pool.name, HostChange(head.cell.name, f"pool {pool.name}", lines, tuple(notes), ask if busy else "")


def _new_notes(pool: Pool, new: Sequence[Host], profile: NetworkProfile) -> Iterator[str]:
    if not new:
        return
    in_racks: dict[str, list[str]] = defaultdict(list)
    for host in new:
        in_racks[host.rack].append(host.name)
    racks = "; ".join(f"rack {rack}: {named(names)}" for rack, names in in_racks.items())
    yield f"{counted(len(new), 'host')} more: {racks}"
    volumes: dict[tuple[str, str, int], int] = defaultdict(int)
    for host in new:
        for part in pool.partitions:
            drives = sum(drive.count for drive in host.model.drives)
            volumes[part.storage_class, part.mode, part.size] += part.count * drives
    made = ", ".join(
        f"{number} × {size_text(size)} of storage class {storage_class} ({mode})"
        for (storage_class, mode, size), number in volumes.items()
    )
    if made:
        by = "the provisioner makes their volumes" if pool.provisioner == "local-static" else "their volumes"
        yield f"{by}: {made}"
    labels = dict.fromkeys(label for host in new for label in node_patch(pool, host, profile)["metadata"]["labels"])
    texts = (f"{POOL_LABEL}={pool.name}" if label == POOL_LABEL else label for label in labels)
    yield f"their nodes get the labels {', '.join(texts)}"
    yield "no pod moves to them by itself"


def _gone_notes(gone: Sequence[Host]) -> Iterator[str]:
    absent = [host.name for host in gone if host.state is HostState.ABSENT]
    present = [f"{host.name} (rack {host.rack})" for host in gone if host.state is not HostState.ABSENT]
    if absent:
        yield f"{named(absent)}: gone before, nothing runs there"
    if present:
        hosts = f"out of the definitions: {named(present)}"
        yield f"{hosts}; our labels of their nodes go, and pods on them find no place there again"


def named(names: Sequence[str]) -> str:
    """Return some names, and how many more there are."""
    return shortened(names, MOST_NAMED)
