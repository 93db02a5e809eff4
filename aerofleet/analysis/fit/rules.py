"""Find pods that no host can hold, and pods of several clusters that their hosts can't hold together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from aerofleet.analysis.fit.packing import Pods
from aerofleet.analysis.fit.room import RackRoom
from aerofleet.analysis.fit.sentences import expected_gap, needs, racks_text, shortage
from aerofleet.findings import Finding, Location, Subject, declared, rules_in
from aerofleet.fleet.resolve import Resolution, origin_locator
from aerofleet.settings.merge import Path

SCHEDULER = "Kubernetes 1.35, scheduler: NodeResourcesFit, VolumeBinding; AKO 4.5.0, statefulset.go: getSTSAffinity"
MORE_ROOM = "smaller pods, fewer clusters in this pool, or more hosts (docs/how-to/add-hosts-or-a-pool.md)"

POD_TOO_LARGE = declared(
    "pod-too-large",
    "A pod asks for more than any host of its pool in its rack has: it stays Pending, and the roll-out with it.",
    scope="cell",
    severity="error",
    remedy="a smaller pod, or a pool with larger hosts",
    source=SCHEDULER,
)
HOSTS_TOO_FEW = declared(
    "hosts-too-few",
    "The hosts of a pool in a rack can't hold the pods of all clusters together, however they are placed: some stay "
    "Pending.",
    scope="cell",
    severity="error",
    remedy=MORE_ROOM,
    source=SCHEDULER,
)
HOSTS_TOO_FULL = declared(
    "hosts-too-full",
    "The pods of a rack fit on the hosts of their pool only without what kernel and system are expected to take, or no "
    "placement was found: some may stay Pending.",
    scope="cell",
    severity="warning",
    remedy=f"{MORE_ROOM}; or the true figures as `allocatable` of the host's model in hosts.yaml",
    source="Kubernetes 1.35, Reserve Compute Resources for System Daemons; Platform rule: docs/concepts/sizing.md",
)
RULES = rules_in(globals())


def fit_findings(resolution: Resolution, rooms: Sequence[RackRoom]) -> Iterator[Finding]:
    """Yield the findings of a cell's rooms: racks of a pool that lack the same are one finding."""
    yield from _too_large(resolution, rooms)
    too_few: dict[tuple[str, str], list[str]] = {}
    too_full: dict[tuple[str, str], list[str]] = {}
    for room in rooms:
        if room.too_large:
            continue
        answer, lack = room.of_hosts
        if answer == "impossible":
            text = f"{shortage(room, answer, lack, len(room.hosts))}{expected_gap(room, lack)}"
            too_few.setdefault((room.pool, text), []).append(room.rack)
            continue
        answer, lack = room.of_plan
        if answer != "fits":
            text = shortage(room, answer, lack, len(room.hosts))
            reserve = "" if room.is_exact else ", estimated without kernel and system"
            too_full.setdefault((room.pool, f"{text}{reserve}"), []).append(room.rack)
    for rule, found in ((HOSTS_TOO_FEW, too_few), (HOSTS_TOO_FULL, too_full)):
        for (pool, text), racks in found.items():
            message = f"{racks_text(racks)}{', each' if len(racks) > 1 else ''}: {text}"
            yield rule.finding("", message, "", pool_place(resolution, pool), pool_subject(pool))


def pool_subject(pool: str) -> Subject:
    """Return the subject of findings about the hosts of a pool, as a waiver names it."""
    return Subject("object", f"pool {pool}")


def pool_place(resolution: Resolution, pool: str) -> Location | None:
    source = resolution.source
    return source.pools.document.locate(("pools", pool)) if source and source.pools else None


def _too_large(resolution: Resolution, rooms: Iterable[RackRoom]) -> Iterator[Finding]:
    found: dict[tuple[str, str, Excess], list[str]] = {}
    for room in rooms:
        for group in room.too_large:
            for excess in _excess(room, group):
                found.setdefault((group.name, room.pool, excess), []).append(room.rack)
    for (key, pool, excess), racks in found.items():
        message = f"a pod asks for {excess.asked}, and {excess.there.format(f'of pool {pool} in {racks_text(racks)}')}"
        place, subject = _place(resolution, key, excess.path)
        yield POD_TOO_LARGE.finding(".".join(map(str, excess.path)), message, "", place, subject)


PATHS: dict[str, Path] = {"memory": ("resources", "memory"), "cpu": ("resources", "cpu"), "volumes": ("namespaces",)}


class Excess(NamedTuple):
    """What a pod asks for, and what the hosts have instead, with ``{}`` for the words that name the hosts. ``path``: of
    the setting.
    """

    path: Path
    asked: str
    there: str


def _excess(room: RackRoom, group: Pods) -> Iterator[Excess]:
    """Yield what is too large for every host."""
    usable = [host for host in room.at_most if host.name not in group.never_on]
    short = False
    for index, dimension in enumerate(room.dimensions):
        need, largest = group.need[index], max(host.room[index] for host in usable)
        if need > largest:
            short = True
            asked = dimension.said(need) + ("" if dimension.name == "volumes" else " with all its containers")
            there = f"the largest host {{}} has {dimension.text(largest)}"
            left = max(host.room[index] for host in room.planned)
            if left < largest:
                gap = dimension.text(need - left)
                there += f", of which about {dimension.text(left)} is left for pods: plan for {gap} less"
            yield Excess(PATHS[dimension.name], asked, there)
    if not short:
        yield Excess(("pool",), needs(room.dimensions, group), "no host {} has all of that together")


def _place(resolution: Resolution, key: str, path: Path) -> tuple[Location | None, Subject | None]:
    source = resolution.source
    definition = source.cluster(key) if source else None
    resolved = resolution.settings.get(key)
    if definition is None or resolved is None:
        return None, None
    return origin_locator(resolved.merged, definition)(path), definition.subject
