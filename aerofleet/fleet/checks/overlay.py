"""Check overlays across the files of a cell: who may write them, and that none ends unnoticed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from aerofleet.ako.crd import field_names
from aerofleet.files.validation import nearest
from aerofleet.findings import Finding, declared, rules_in
from aerofleet.fleet.checks.tenants import leaf_paths
from aerofleet.load import Document
from aerofleet.settings.merge import Path
from aerofleet.settings.overlay import OVERLAY, SPEC, NamedPath, begins_with, named_leaves
from aerofleet.settings.source import CellSource, ClusterDefinition
from aerofleet.settings.tiers import TierChainError, TierRevision, Tiers
from aerofleet.units.field_path import dotted

GRANT = f"{OVERLAY}.{SPEC}."
OVERLAY_GRANT = declared(
    "overlay-grant",
    "A cluster has an overlay, or a field of one, that its tenant entry does not grant.",
    scope="cell",
    severity="error",
    source="Platform rule: docs/concepts/definitions.md",
    can_render=True,
)
OVERLAY_GRANT_FIELD = declared(
    "overlay-grant-field",
    "A tenant entry grants a field of overlays that no AerospikeCluster has.",
    scope="cell",
    severity="error",
    source="Platform rule: docs/concepts/definitions.md",
)
OVERLAY_DROPPED = declared(
    "overlay-dropped",
    "A revision of a tier no longer has a field of the overlay of the revision before, and does not say so.",
    scope="cell",
    severity="error",
    source="Platform rule: docs/concepts/definitions.md",
)
OVERLAY_DROPS_NOTHING = declared(
    "overlay-drops-nothing",
    "An overlay drops a field that no overlay below it, and none of the revision before, has.",
    scope="cell",
    severity="error",
    source="Platform rule: docs/concepts/definitions.md",
)


def overlay_grants(source: CellSource) -> Iterator[Finding]:
    """Find overlays of clusters that the tenant entry does not grant, and grants of unknown fields."""
    if source.tenants is None:
        return
    tenants = source.tenants.file.teams
    for team, tenant in tenants.items():
        for index, path in enumerate(tenant.overridable):
            unknown = unknown_field(path.removeprefix(GRANT)) if path.startswith(GRANT) else None
            if unknown:
                name, known = unknown
                place: Path = ("teams", team, "overridable", index)
                message = f"an AerospikeCluster has no field '{name}' ({path})"
                where = source.tenants.document.locate(place)
                yield OVERLAY_GRANT_FIELD.finding(dotted(place), message, nearest(name, known), location=where)
    for cluster in source.clusters:
        overlay = cluster.file.settings.get(OVERLAY)
        if cluster.team in tenants and isinstance(overlay, Mapping):
            yield from ungranted(cluster, overlay, tenants[cluster.team].overridable)


def unknown_field(path: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the first name of ``path`` that the operator's definition does not have, and those that it has there."""
    keys = path.split(".")
    for position, key in enumerate(keys):
        known = field_names(".".join(keys[:position]))
        if not known:
            return None
        if key not in known:
            return key, known
    return None


def ungranted(cluster: ClusterDefinition, overlay: Mapping[str, Any], granted: Sequence[str]) -> Iterator[Finding]:
    """Find the fields of a cluster's overlay that its tenant entry does not grant; one finding if it grants none."""
    if OVERLAY in granted:
        return
    fields = [path.removeprefix(GRANT) for path in granted if path.startswith(GRANT)]

    def finding(path: Path, message: str, remedy: str) -> Finding:
        return OVERLAY_GRANT.finding(dotted(path), message, remedy, cluster.locate(path), cluster.subject)

    if not fields:
        remedy = f"the platform team grants it in tenants.yaml: `overridable: [{OVERLAY}]`, or one field of it"
        yield finding(
            (OVERLAY,), f"team {cluster.team} may not write an overlay", f"{remedy}: {GRANT}podSpec.tolerations"
        )
        return
    remedy = f"granted: {', '.join(fields)}; the platform team grants more in tenants.yaml"
    for name, at in written_fields(overlay):
        if not any(name == field or name.startswith(f"{field}.") for field in fields):
            yield finding((OVERLAY, *at), f"team {cluster.team} may not write {name} in an overlay", remedy)


def written_fields(overlay: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Yield the dotted path and the place of each field that an overlay writes or drops."""
    for name, place in leaf_paths(overlay.get(SPEC)):
        yield name, (SPEC, *place)
    for index, name in enumerate(drops_of(overlay)):
        yield name, ("dropped", index)


def drops_of(overlay: Mapping[str, Any]) -> list[str]:
    """Return the names in ``dropped``; what is no text has a finding of its own."""
    dropped = overlay.get("dropped")
    return [name for name in dropped if isinstance(name, str)] if isinstance(dropped, list) else []


def dropped_overlays(source: CellSource) -> Iterator[Finding]:
    """Find fields of a tier's overlay that its next revision loses without a word, and drops of what is not there."""
    for revisions in source.tiers.own.values():
        before: TierRevision | None = None
        for number in sorted(revisions):
            yield from of_revision(source.tiers, revisions[number], before)
            before = revisions[number]
    for cluster in source.clusters:
        with suppress(TierChainError):
            below = [*of_chain(source.tiers.chain(cluster.file.tier)), *of_defaults(source)]
            overlay = Written(cluster.document, (*cluster.place, OVERLAY), overlay_in(cluster.file.settings))
            yield from drops_nothing(overlay, fields_of(below), "no overlay below has it")
    yield from of_cell(source)


def of_cell(source: CellSource) -> Iterator[Finding]:
    """Find drops of the cell's defaults for fields that no tier of its clusters has."""
    below: set[NamedPath] = set()
    for tier in dict.fromkeys(cluster.file.tier for cluster in source.clusters):
        with suppress(TierChainError):
            below |= fields_of(of_chain(source.tiers.chain(tier)))
    for overlay in of_defaults(source) if source.clusters else ():
        yield from drops_nothing(overlay, below, "no tier of the cell's clusters has it")


def of_revision(tiers: Tiers, revision: TierRevision, before: TierRevision | None) -> Iterator[Finding]:
    """Find fields of the overlays of ``before`` that ``revision`` neither has nor drops, and drops of nothing."""
    try:
        chain = tiers.chain(revision.reference)
        had = fields_of(of_chain(tiers.chain(before.reference))) if before else set()
    except TierChainError:
        return  # a finding of its own reports the chain
    overlays = list(of_chain(chain))
    has = fields_of(overlays)
    dropped = [name for overlay in overlays for name in drops_of(overlay.data)]
    gone = [path for path in had if not is_in(path, has) and not any(begins_with(path, name) for name in dropped)]
    where = revision.document.locate(("revisions", str(revision.number)))
    for name in shortest(gone, has):
        assert before is not None  # noqa: S101 - without one nothing is gone
        message = f"{revision.reference} no longer has {name} of the overlay of {before.reference}, and does not say so"
        remedy = f"write it again, or `overlay: {{owner: …, reason: …, dropped: [{name}]}}` in {revision.reference}"
        yield OVERLAY_DROPPED.finding(f"{revision.reference}.overlay", message, remedy, location=where)
    below = fields_of(of_chain(chain[:-1])) | had
    of_before = f", and {before.reference} has none" if before else ""
    for overlay in of_chain((revision,)):
        yield from drops_nothing(overlay, below, f"no overlay below has it{of_before}")
        below |= fields_of([overlay])


def drops_nothing(overlay: Written, below: Iterable[NamedPath], why: str) -> Iterator[Finding]:
    for index, name in enumerate(drops_of(overlay.data)):
        if not any(begins_with(path, name) for path in below):
            known = sorted({".".join(path[:length]) for path in below for length in range(1, len(path) + 1)})
            place = (*overlay.place, "dropped", index)
            message = f"'{name}' ends nothing: {why}"
            where = overlay.document.locate(place)
            yield OVERLAY_DROPS_NOTHING.finding(dotted(place), message, nearest(name, known), location=where)


class Written(NamedTuple):
    """The mapping `overlay` of one layer, with its place in its file."""

    document: Document
    place: Path
    data: Mapping[str, Any]


def of_chain(chain: Iterable[TierRevision]) -> Iterator[Written]:
    """Yield the overlays of a chain of revisions, for every server version, the lowest first."""
    for revision in chain:
        for settings, place in revision.all_settings():
            yield Written(revision.document, (*place, OVERLAY), overlay_in(settings))


def of_defaults(source: CellSource) -> Iterator[Written]:
    if source.cell:
        yield Written(source.cell.document, ("defaults", OVERLAY), overlay_in(source.cell.file.defaults))


def overlay_in(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the overlay of settings; an empty one if they have none, or something else."""
    overlay = settings.get(OVERLAY)
    return overlay if isinstance(overlay, Mapping) else {}


def fields_of(overlays: Iterable[Written]) -> set[NamedPath]:
    """Return the leaves of ``overlays``, the lowest first, without what a higher one drops."""
    fields: set[NamedPath] = set()
    for overlay in overlays:
        dropped = drops_of(overlay.data)
        fields = {path for path in fields if not any(begins_with(path, name) for name in dropped)}
        fields |= {path for path, _, _ in named_leaves(overlay.data.get(SPEC))}
    return fields


def is_in(path: NamedPath, fields: Iterable[NamedPath]) -> bool:
    """Return whether ``fields`` have the path, one above it (a null, a list) or one below it."""
    return any(field[: len(path)] == path or path[: len(field)] == field for field in fields)


def shortest(gone: Iterable[NamedPath], has: Iterable[NamedPath]) -> list[str]:
    """Return the fields that are gone by their shortest names: without a common part with the fields that are left."""
    names: dict[str, None] = {}
    for path in gone:
        length = next(length for length in range(1, len(path) + 1) if not is_in(path[:length], has))
        # A whole section of the spec (podSpec) would drop more than a person means.
        names[".".join(path[: max(length, min(2, len(path)))])] = None
    return sorted(names)


RULES = rules_in(globals())
