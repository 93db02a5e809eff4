"""Policies of how many clusters a change disturbs at once, and which together.

A cluster is disturbed while servers of it restart or data moves. All clusters of a merge begin at once: the operator
has no order among them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from aerofleet.findings import LocatedProblem
from aerofleet.fleet.cluster import Cluster
from aerofleet.policy.judged_change import JudgedChange, source_of
from aerofleet.policy.names import named
from aerofleet.policy.policy import policies_in, policy
from aerofleet.units.names_in_text import listed

STEPS = (
    "move some clusters first: `ahead` in cell.yaml (docs/how-to/move-a-fleet-in-steps.md), or a waiver for the cell"
)


@policy("disturbed-too-many", kind="change", remedy=STEPS)
def disturbed_too_many(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """One change disturbs `policy.disturbedClusters` clusters of a cell at most."""
    most, disturbed = judged.cell.policy.disturbed_clusters, [cluster.disturbance for cluster in judged.disturbed]
    if len(disturbed) > most:
        message = f"disturbs {len(disturbed)} clusters at once, at most {most}: {named(disturbed)}"
        yield LocatedProblem("policy.disturbedClusters", message, "", None, judged.subject)


@policy("disturbed-in-rack", kind="change", remedy=STEPS)
def disturbed_in_rack(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """One change disturbs `policy.disturbedPerRack` clusters with pods in one rack at most: they may share hosts."""
    racks: dict[str, dict[str, None]] = defaultdict(dict)
    pools: dict[str, str] = {}
    for cluster in judged.disturbed:
        for side in filter(None, (cluster.before, cluster.after)):
            pools[cluster.disturbance] = side.settings.pool
            for rack in side.racks:
                racks[rack.label][cluster.disturbance] = None
    most = judged.cell.policy.disturbed_per_rack
    together: dict[tuple[str, ...], list[str]] = {}
    for label, keys in racks.items():
        if len(keys) > most:
            together.setdefault(tuple(keys), []).append(label)
    for clusters, names in together.items():
        shared = sorted({pools[key] for key in clusters})
        hosts = f", all on pool {shared[0]}" if len(shared) == 1 else f", on the pools {', '.join(shared)}"
        message = (
            f"disturbs {len(clusters)} clusters in rack{'s' if len(names) > 1 else ''} {listed(names)} at once; "
            f"{most} {'is' if most == 1 else 'are'} allowed: {named(list(clusters))}{hosts}"
        )
        yield LocatedProblem("policy.disturbedPerRack", message, "", None, judged.subject)


@policy("disturbed-on-link", kind="change", remedy="one end first, the other when it is done")
def disturbed_on_link(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """One change disturbs one end of a link at most, in whatever cells its ends are."""
    disturbed, seen = _disturbed_ends(judged), set[tuple[str, str]]()
    for side in (judged.change.head, judged.change.base):
        source = source_of(side)
        for name, link in source.links.file.links.items() if source and source.links else ():
            ends = link.source, link.destination
            is_own = judged.change.name in (end.partition("/")[0] for end in ends)
            if is_own and disturbed.keys() >= {*ends} and ends not in seen:
                seen.add(ends)
                shipped = ", ".join(link.namespaces)
                message = (
                    f"disturbs both ends of link {name} at once: {link.source} ships {shipped} to {link.destination}"
                )
                place = source.links.document.locate(("links", name)) if source and source.links else None
                yield LocatedProblem(f"links.{name}", message, "", place, judged.subject)


def _disturbed_ends(judged: JudgedChange) -> Mapping[str, Cluster]:
    """Return CELL/TEAM/CLUSTER of every disturbed cluster of the fleet."""
    return {
        f"{cell.name}/{cluster.key}": cluster.after
        for cell in judged.fleet.cells
        if cell.base is not cell.head
        for cluster in JudgedChange(judged.cell, cell, judged.fleet, judged.exceptions).disturbed
        if cluster.after
    }


RULES = policies_in(globals())
