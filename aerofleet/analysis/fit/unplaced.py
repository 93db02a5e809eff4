"""The pods of a cluster that certainly find no host during the roll-out of a change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aerofleet.ako.cluster import Cluster
from aerofleet.analysis.fit.packing import Pods, answer_of
from aerofleet.analysis.fit.room import RackRoom


def unplaced_pods(key: str, cluster: Cluster, base: Sequence[RackRoom], head: Sequence[RackRoom]) -> frozenset[str]:
    """Return the names of the pods of a cluster that no host can hold when they start in the roll-out.

    ``key``: TEAM/CLUSTER; ``cluster``: the resource of the new spec. A pod is one of these only where no placement
    exists of it and of all pods that run at that time, on hosts without anything else. The other clusters count as
    rolled out.
    """
    racks = {str(rack.own.get("rackLabel")): rack.identity for rack in cluster.racks}
    before = {(room.pool, room.rack): room for room in base}
    return frozenset(
        f"{cluster.name}-{racks[room.rack]}-{ordinal}"
        for room in head
        if room.rack in racks
        for ordinal in _ordinals(key, before.get((room.pool, room.rack)), room)
    )


def _ordinals(key: str, base: RackRoom | None, head: RackRoom) -> Iterator[int]:
    """Yield the ordinals of the pods without a host, in the order in which the operator starts them: new pods, then
    those that it rebuilds, the highest ordinal first.
    """
    new = _group(key, head.judged)
    old = _group(key, base.pods) if base else None
    if new is None or (base and old and base.dimensions != head.dimensions):
        return
    others = [group for group in head.judged if group is not new and group not in head.too_large]
    had = min(old.count, new.count) if old else 0
    starts = [*range(had, new.count), *(reversed(range(had)) if old and old.need != new.need else ())]
    for number in range(1, len(starts) + 1):
        rebuilt = max(0, number - (new.count - had))
        running = [replace(old, count=had - rebuilt)] if old and rebuilt < had else []
        started = replace(new, count=number)
        if answer_of(head.at_most, [*others, *running, started])[0] == "impossible":
            yield from starts[number - 1 :]
            return


def _group(key: str, groups: Sequence[Pods]) -> Pods | None:
    return next((group for group in groups if group.name == key), None)
