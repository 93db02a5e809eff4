"""The lines of the definition files that change a cluster: where the two sides differ, and only what is in effect.

The layers of a cluster are compared one by one: the value of a tier's line that a team overrides is no cause. What
follows from another line is no cause either: a tier's lines that another reference brings, a size that is computed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from aerofleet.findings import Effect, Location
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.resolve import Resolution, ResolvedSettings
from aerofleet.load import Document
from aerofleet.review.differences import Difference, differences
from aerofleet.review.instead import leaves_instead
from aerofleet.review.model import Cause, ChangedCluster, SideName
from aerofleet.settings.ahead import entries_for
from aerofleet.settings.layers import TEAM, layers_of
from aerofleet.settings.merge import Layer, Merged, Path
from aerofleet.settings.overlay import OVERLAY, SPEC
from aerofleet.settings.source import CellSource, ClusterDefinition, Read
from aerofleet.settings.tiers import TIER_LAYER, TierRevision
from aerofleet.units.field_path import dotted
from aerofleet.units.same_value import is_same

NO_SETTINGS: dict[str, Any] = {}
OBJECTS, RESOURCE = "objects beside it", "its resource"
"""Parts of a cluster that are no field of the resolved cluster."""

CELL_FIELDS: tuple[tuple[Path, tuple[str, ...]], ...] = (
    (("server", "registry"), ("image",)),
    (("server", "initImage"), ("init_image",)),
    (("server", "pullSecret"), ("secrets",)),
    (("secretStore",), ("secrets", OBJECTS)),
    (("network",), ("network_profile",)),
    (("networks",), ("networks",)),
    (("operator", "phase"), ("paused",)),
    (("operator", "previousVersion"), ("paused",)),
    (("operator", "releaseOrder"), ("paused",)),
    (("operator", "namespace"), (OBJECTS,)),
    (("monitoring",), (OBJECTS,)),
    (("seeds",), (RESOURCE,)),
    (("cell",), (RESOURCE, OBJECTS)),
)
"""Path in `cell.yaml` → the parts of a cluster that it decides."""
DROPPED = "dropped"
IN_OVERLAY = ((OVERLAY, SPEC), (OVERLAY, DROPPED))
"""Parts of an overlay that decide objects; the others are for people."""
CHANNELS = ("server", "channels")
TENANT_FIELDS = {"clientCidrs": "client_cidrs", "clientNamespaces": "client_namespaces"}
"""Key of a tenant → the field of a cluster that it decides."""
TENANT_OBJECTS = {
    "NetworkPolicy": ("clientCidrs", "clientNamespaces"),
    "ResourceQuota": ("quota",),
    "RoleBinding": ("groups",),
}
"""Kind of an object of a team → the keys of its tenant that decide it."""


@dataclass(frozen=True, slots=True)
class DefinedCluster:
    """A cluster of one side: its definition, and what it resolves to. ``cluster`` is None for one that is not built."""

    source: CellSource
    definition: ClusterDefinition
    resolved: ResolvedSettings | None
    cluster: Cluster | None

    @property
    def chain(self) -> tuple[TierRevision, ...]:
        """Return the revisions of its tier, the lowest first."""
        return self.source.tiers.chain(self.resolved.tier.reference) if self.resolved else ()

    def layers(self) -> dict[str, Layer]:
        """Return name → layer of its settings, the lowest first."""
        if self.resolved is None:
            return {}
        return {layer.name: layer for layer in layers_of(self.source, self.chain, self.definition)}

    def effective(self) -> set[Location]:
        """Return the places of all values that are in effect."""
        return {origin.location for origin in self.resolved.merged.origins.values()} if self.resolved else set()


class Sides(NamedTuple):
    """A cluster that both sides define."""

    base: DefinedCluster
    head: DefinedCluster


def defined_clusters(resolution: Resolution | None) -> dict[str, DefinedCluster]:
    """Return TEAM/CLUSTER → the cluster, of all definitions that could be read."""
    source = resolution.source if resolution else None
    if resolution is None or source is None:
        return {}
    built = {cluster.key: cluster for cluster in resolution.cell.clusters} if resolution.cell else {}
    return {
        one.key: DefinedCluster(source, one, resolution.settings.get(one.key), built.get(one.key))
        for one in source.clusters
    }


def differing_fields(base: Cluster | None, head: Cluster | None) -> set[str]:
    """Return the names of the fields in which two resolved clusters differ."""
    if base is None or head is None:
        return set()
    names = (one.name for one in fields(Cluster))
    return {name for name in names if getattr(base, name) != getattr(head, name)}


@dataclass(slots=True)
class Causes:
    """Find the causes of the changes of one cell. What several clusters share is compared once."""

    _compared: dict[tuple[int, int], list[Difference]] = field(default_factory=dict)

    def of(self, base: DefinedCluster | None, head: DefinedCluster | None, parts: Iterable[str]) -> tuple[Cause, ...]:
        """Return the causes of a cluster's change, each once.

        ``parts``: OBJECTS, RESOURCE, for what differs in the rendering; the fields are compared here.
        """
        if base is None or head is None:
            return tuple(_comes_or_goes(base, head))
        sides, differing = Sides(base, head), {*parts, *differing_fields(base.cluster, head.cluster)}
        found = [
            *_of_definition(sides),
            *self._of_layers(sides),
            *self._of_cell(sides, differing),
            *self._of_tenant(sides, differing),
        ]
        return _distinct(found or [*self._of_hosts(sides), *self._of_allocations(sides)])

    def of_object(self, base: CellSource | None, head: CellSource | None, team: str, kind: str) -> tuple[Cause, ...]:
        """Return the lines of `tenants.yaml` that change an object of a team which belongs to no cluster."""
        if base is None or head is None or not team:
            return ()
        keys = TENANT_OBJECTS.get(kind, ())
        changed = self._of_documents(base.tenants, head.tenants)
        own = (one for one in changed if one.path[:2] == ("teams", team) and one.path[2:3] and one.path[2] in keys)
        return tuple(document_cause(one, "tenants", base.tenants, head.tenants) for one in own)

    def _differences(self, old: Any, new: Any) -> list[Difference]:
        key = id(old), id(new)
        if key not in self._compared:
            self._compared[key] = list(differences(old, new))
        return self._compared[key]

    def _of_layers(self, sides: Sides) -> Iterator[Cause]:
        """Yield the differences of the layers, as far as they are in effect. A layer of a tier that only one side has
        follows from another line.
        """
        before, after = sides.base.layers(), sides.head.layers()
        was, now = sides.base.effective(), sides.head.effective()
        for name in dict.fromkeys((*before, *after)):
            if name.startswith(TIER_LAYER) and not (name in before and name in after):
                continue
            old, new = before.get(name) or _empty(after[name]), after.get(name) or _empty(before[name])
            for one in self._differences(old.data, new.data):
                places = [
                    (old.locate(b) if b is not None else None, new.locate(a) if a is not None else None)
                    for b, a in one.below()
                ]
                if one.path[:2] in IN_OVERLAY or any(b in was or a in now for b, a in places):
                    yield from _causes(one, old, new, sides)

    def _of_cell(self, sides: Sides, differing: set[str]) -> Iterator[Cause]:
        base, head = sides.base.source.cell, sides.head.source.cell
        used = {side.resolved.settings.channel for side in sides if side.resolved}
        for one in self._of_documents(base, head):
            is_channel = one.path[:2] == CHANNELS and one.path[2:3] and one.path[2] in used
            decided = {part for path, parts in CELL_FIELDS if one.path[: len(path)] == path for part in parts}
            if (is_channel and "image" in differing) or decided & differing:
                yield document_cause(one, "cell", base, head)

    def _of_tenant(self, sides: Sides, differing: set[str]) -> Iterator[Cause]:
        base, head = sides.base.source.tenants, sides.head.source.tenants
        teams = {side.definition.team for side in sides}
        for one in self._of_documents(base, head):
            key = str(one.path[2]) if len(one.path) > 2 else ""
            if one.path[0] == "teams" and one.path[1] in teams and TENANT_FIELDS.get(key) in differing:
                yield document_cause(one, "tenants", base, head)

    def _of_hosts(self, sides: Sides) -> Iterator[Cause]:
        """Yield the differences of the cluster's pool and of the hosts: racks and a computed size follow from them."""
        pools = {side.resolved.settings.pool for side in sides if side.resolved}
        base, head = sides.base.source.pools, sides.head.source.pools
        for one in self._of_documents(base, head):
            if one.path[0] == "pools" and one.path[1] in pools:
                yield document_cause(one, "pools", base, head)
        base_hosts, head_hosts = sides.base.source.hosts, sides.head.source.hosts
        for one in self._of_documents(base_hosts, head_hosts):
            yield document_cause(one, "hosts", base_hosts, head_hosts)

    def _of_allocations(self, sides: Sides) -> Iterator[Cause]:
        """Yield the differences of the cluster's allocations. Most follow from another line, so they count last."""
        base, head = sides.base.source.allocations, sides.head.source.allocations
        names = {side.definition.key for side in sides} | {side.definition.team for side in sides}
        for one in self._of_documents(base, head):
            if one.path[0] == "racks" or (len(one.path) > 1 and one.path[1] in names):
                yield document_cause(one, "allocations", base, head)

    def _of_documents(self, base: Read[Any] | None, head: Read[Any] | None) -> list[Difference]:
        if base is None or head is None:
            return []
        return self._differences(base.document.data, head.document.data)


def _empty(layer: Layer) -> Layer:
    """Return the same layer on the side that does not have it."""
    return Layer(layer.name, NO_SETTINGS, layer.locate)


def _comes_or_goes(base: DefinedCluster | None, head: DefinedCluster | None) -> Iterator[Cause]:
    """Yield the definition itself, where only one side has it."""
    if head is not None:
        yield Cause(dotted(head.definition.place), TEAM, None, head.definition.file.tier, head.definition.locate(()))
    elif base is not None:
        place, tier = dotted(base.definition.place), base.definition.file.tier
        yield Cause(place, TEAM, tier, None, base.definition.locate(()), "base")


def _of_definition(sides: Sides) -> Iterator[Cause]:
    base, head = sides.base.definition, sides.head.definition
    if base.team != head.team:
        yield Cause("team", TEAM, base.team, head.team, head.locate(()))
    elif base.name != head.name:
        yield Cause("clusters", TEAM, base.name, head.name, head.locate(()))
    if base.file.state != head.file.state:
        yield Cause("state", TEAM, base.file.state.value, head.file.state.value, head.locate(("state",)))
    if base.file.tier != head.file.tier and _written_tier(base) == _written_tier(head):
        yield from _of_ahead(sides)
    elif base.file.tier != head.file.tier:
        yield Cause("tier", TEAM, base.file.tier, head.file.tier, head.locate(("tier",)))
    else:
        yield from _of_chain(sides)


def _written_tier(definition: ClusterDefinition) -> Any:
    """Return the tier as the team wrote it: an entry of `ahead` replaces it in the definition."""
    data = definition.document.data
    for key in (*definition.place, "tier"):
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _of_ahead(sides: Sides) -> Iterator[Cause]:
    """Yield the entry of `ahead` that gives a cluster another revision than its tier's current one."""
    old, new = (side.definition.file.tier for side in sides)
    names: tuple[tuple[DefinedCluster, SideName], ...] = ((sides.head, "head"), (sides.base, "base"))
    for side, name in names:
        entries = (index for index, entry in entries_for(side.source, side.definition) if entry.tier)
        index = next(entries, None)
        if index is not None and side.source.cell:
            location = side.source.cell.document.locate(("ahead", index, "tier"))
            yield Cause("ahead", "cell", old, new, location, name)
            return


def _of_chain(sides: Sides) -> Iterator[Cause]:
    """Yield the line that makes the same reference another chain of tiers: `current`, or `extends` of a revision."""
    for old, new in zip(reversed(sides.base.chain), reversed(sides.head.chain), strict=False):
        if old.reference != new.reference:
            where = new.document.locate(("current",))
            yield Cause("current", f"{TIER_LAYER}{new.name}", old.number, new.number, where)
            return
        if old.file.extends != new.file.extends:
            where = new.document.locate(("revisions", str(new.number), "extends"))
            layer = f"{TIER_LAYER}{new.reference}"
            yield Cause("extends", layer, old.file.extends or None, new.file.extends or None, where)
            return


def _causes(one: Difference, old: Layer, new: Layer, sides: Sides) -> Iterator[Cause]:
    """Yield a difference of a layer; one that only a side has with the value that is in effect on the other."""
    if one.after is not None and one.before is None:
        merged = sides.base.resolved.merged if sides.base.resolved else Merged()
        for leaf in leaves_instead(merged, one.path, one.after, one.new):
            place, instead = new.locate(leaf.place), leaf.instead
            yield Cause(dotted(leaf.path), new.name, instead, leaf.value, place, other_location=leaf.location)
    elif one.after is None and one.before is not None:
        merged = sides.head.resolved.merged if sides.head.resolved else Merged()
        for leaf in leaves_instead(merged, one.path, one.before, one.old):
            place, instead = old.locate(leaf.place), leaf.instead
            yield Cause(dotted(leaf.path), old.name, leaf.value, instead, place, "base", leaf.location)
    else:
        yield Cause(dotted(one.path), new.name, one.old, one.new, new.locate(one.after or ()))


def document_cause(one: Difference, layer: str, base: Read[Any] | None, head: Read[Any] | None) -> Cause:
    """Return a difference of a whole file as a cause, at its line in head, or in base where it is gone."""

    def locate(read: Read[Any] | None, path: Path) -> Location | None:
        document: Document | None = read.document if read else None
        return document.locate(path) if document else None

    if one.after is not None:
        return Cause(dotted(one.path), layer, one.old, one.new, locate(head, one.after))
    return Cause(dotted(one.path), layer, one.old, None, locate(base, one.before or ()), "base")


def _distinct(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    """Return each cause once. Their values may be lists, so that no set can have them."""
    kept: list[Cause] = []
    for cause in causes:
        same = (known for known in kept if (cause.location, cause.path) == (known.location, known.path))
        if not any(is_same(cause.new, known.new) for known in same):
            kept.append(cause)
    return tuple(kept)


def line_of_most(clusters: Iterable[ChangedCluster]) -> Location | None:
    """Return the line of head that changes most of the clusters that restart or move data; the first one of several,
    None if there is none.
    """
    lines = Counter(
        cause.location
        for cluster in clusters
        for cause in cluster.causes
        if cluster.effect >= Effect.WARM_RESTART and cause.side == "head"
    )
    return max(filter(None, lines), key=lambda line: lines[line], default=None)
