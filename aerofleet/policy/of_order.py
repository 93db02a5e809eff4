"""Policies of what comes first: lower environments, new revisions of tiers, and limits before clusters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aerofleet.analysis.cell import CellAnalysis
from aerofleet.files.choices import Environment
from aerofleet.files.tenants import Quota, Tenant
from aerofleet.findings import Effect, LocatedProblem, Location, Subject
from aerofleet.policy.introduced import server_line, tier_line
from aerofleet.policy.judged_change import JudgedChange, source_of
from aerofleet.policy.names import named
from aerofleet.policy.policy import policies_in, policy
from aerofleet.policy.severity import Level
from aerofleet.settings.source import CellSource
from aerofleet.settings.tiers import TierChainError, TierRevision

Deployed = dict[tuple[str, str], list[str]]
"""What a cell has deployed: (tier, gold@3), (server, 8.1.2.6) → its clusters; (operator, 4.5.0) → none."""


def _deployed(side: CellAnalysis | None) -> Deployed:
    cell = side.resolution.cell if side else None
    if cell is None:
        return {}
    deployed: Deployed = {("operator", cell.operator.version): []}
    for cluster in cell.clusters:
        if cluster.is_deployed:
            deployed.setdefault(("tier", cluster.tier.reference), []).append(cluster.key)
            deployed.setdefault(("server", cluster.server_version), []).append(cluster.key)
    return deployed


@policy(
    "not-tried-below",
    kind="change",
    remedy="deploy it in a cell of a lower environment first, in a change before this one",
)
def not_tried_below(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """Production takes only revisions of tiers and releases of servers and the operator that the definitions before the
    change have in a cell of a lower environment. Definitions only: whether it was deployed and ran is not known here.
    """
    if judged.cell.environment is not Environment.PRODUCTION:
        return
    here, wanted = _deployed(judged.change.base), _deployed(judged.change.head)
    lower, ephemeral = _cells_below(judged)
    below = {what for cell in lower for what in _deployed(cell)}
    untried = _untried([*_names(lower)], [*_names(ephemeral)])
    for (kind, name), keys in wanted.items():
        if (kind, name) not in here and (kind, name) not in below:
            subject = Subject("cluster", keys[0]) if len(keys) == 1 else judged.subject
            new = f"{kind} {name} is new in production{f', for {named(keys)}' if len(keys) > 1 else ''}"
            place = _line(judged, kind, keys)
            yield LocatedProblem("", f"{new}, and {untried}", "", place, subject)


@policy("tried-below", kind="change", level=Level.NOTED, remedy="")
def tried_below(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """Where something new in production counts as tried. Definitions only: whether it was deployed and ran is not known
    here.
    """
    if judged.cell.environment is not Environment.PRODUCTION or judged.change.base is None:
        return
    here, lower = _deployed(judged.change.base), _cells_below(judged)[0]
    for (kind, name), keys in _deployed(judged.change.head).items():
        tried = [text for side in lower if (text := _trial(side, (kind, name)))]
        if (kind, name) not in here and tried:
            subject = Subject("cluster", keys[0]) if len(keys) == 1 else judged.subject
            message = (
                f"{kind} {name} counts as tried in {'; '.join(tried)}. That is by the definitions before this change: "
                "whether it was deployed and ran is not known here"
            )
            yield LocatedProblem("", message, "", _line(judged, kind, keys), subject)


def _trial(side: CellAnalysis, what: tuple[str, str]) -> str:
    """Return the cell, its clusters that have it, and its environment; empty where the cell does not have it."""
    deployed, cell = _deployed(side), side.resolution.cell
    if cell is None or what not in deployed:
        return ""
    keys = f" ({named(deployed[what])})" if deployed[what] else ""
    return f"{cell.name}{keys}, environment {cell.environment.value}"


def _cells_below(judged: JudgedChange) -> tuple[list[CellAnalysis], list[CellAnalysis]]:
    """Return the cells of lower environments before the change: those that count, and the ephemeral ones."""
    sides = [cell.base for cell in judged.fleet.cells if cell.base and cell.base.resolution.cell]
    built = [(side, side.resolution.cell) for side in sides]
    lower = [side for side, cell in built if cell and not cell.ephemeral and _is_lower(cell.environment)]
    return lower, [side for side, cell in built if cell and cell.ephemeral]


def _is_lower(environment: Environment) -> bool:
    return environment is not Environment.PRODUCTION


def _names(sides: Iterable[CellAnalysis]) -> Iterator[str]:
    return (side.resolution.cell.name for side in sides if side.resolution.cell)


def _untried(lower: list[str], ephemeral: list[str]) -> str:
    if lower:
        return f"none of {', '.join(lower)} has it"
    if ephemeral:
        names = ", ".join(f"`{name}`" for name in ephemeral)
        cells = f"the only lower cell, {names}, is ephemeral and does"
        if len(ephemeral) > 1:
            cells = f"the only lower cells, {names}, are ephemeral and do"
        return f"it was not tried in a lower environment: {cells} not count"
    return "no cell of the project is of a lower environment"


def _line(judged: JudgedChange, kind: str, keys: list[str]) -> Location | None:
    if kind == "operator":
        return judged.place("cell", "operator", "version")
    return server_line(judged, keys[0]) if kind == "server" else tier_line(judged, keys[0])


@policy(
    "tier-edited",
    kind="change",
    remedy="a new revision, which one cluster tries first (docs/how-to/change-a-standard.md)",
    source="Platform rule: docs/how-to/change-a-standard.md",
)
def tier_edited(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """The settings of a tier's revision that a cluster has stay what they are, where another value restarts servers,
    moves data or is refused.
    """
    yield from (problem for problem, effect in _edited(judged) if effect > Effect.LIVE)


@policy(
    "tier-edited-live",
    kind="change",
    remedy="a new revision, which one cluster tries first (docs/how-to/change-a-standard.md), or a waiver for the cell",
    source="Platform rule: docs/how-to/change-a-standard.md",
    asks="platform",
)
def tier_edited_live(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """The settings of a tier's revision that a cluster has stay what they are, also where servers take another value
    live: all clusters get it at once, and none tries it.
    """
    yield from (problem for problem, effect in _edited(judged) if effect <= Effect.LIVE)


def _edited(judged: JudgedChange) -> Iterator[tuple[LocatedProblem, Effect]]:
    """Yield each revision that is edited in use, and the worst effect on the clusters that have it."""
    before, after = source_of(judged.change.base), source_of(judged.change.head)
    if before is None or after is None:
        return
    effects = {cluster.key: cluster.change.effect for cluster in judged.clusters}
    for revision, keys in _in_use(before):
        now = after.tiers.find(revision.reference)
        if now is not None and not _is_same(revision, now):
            worst = max((effects.get(key, Effect.NONE) for key in keys), default=Effect.NONE)
            have, them = ("has", "it") if len(keys) == 1 else ("have", "them")
            message = (
                f"revision {revision.reference} is edited in place, and {named(keys)} {have} it: the worst effect on "
                f"{them} is {worst}"
            )
            path = ("revisions", str(revision.number))
            place = now.document.locate(path)
            yield LocatedProblem(".".join(path), message, "", place, judged.subject), worst


def _in_use(source: CellSource) -> Iterator[tuple[TierRevision, list[str]]]:
    """Yield each revision that clusters have, those that it extends among them, and the clusters."""
    used: dict[str, list[str]] = {}
    revisions: dict[str, TierRevision] = {}
    for cluster in source.clusters:
        try:
            chain = source.tiers.chain(cluster.file.tier)
        except TierChainError:
            continue
        for revision in chain:
            revisions[revision.reference] = revision
            used.setdefault(revision.reference, []).append(cluster.key)
    yield from ((revisions[reference], keys) for reference, keys in used.items())


def _is_same(old: TierRevision, new: TierRevision) -> bool:
    return all(getattr(old.file, key) == getattr(new.file, key) for key in ("extends", "settings", "for_servers"))


@policy(
    "limits-with-clusters",
    kind="change",
    remedy="the limit or the waiver first, in a change of its own",
    waivable=False,
)
def limits_with_clusters(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """No change has a team's clusters together with a wider limit or a new waiver for that team."""
    before, after = source_of(judged.change.base), source_of(judged.change.head)
    if not (before and after and before.tenants and after.tenants):
        return
    for team, tenant in after.tenants.file.teams.items():
        was, subject = before.tenants.file.teams.get(team), Subject("team", team)
        if was is None or _clusters(before, team) == _clusters(after, team):
            continue
        for key in _wider(was, tenant):
            message = f"the clusters of {team} change together with its own limit {key}"
            place = judged.place("tenants", "teams", team, key)
            yield LocatedProblem(f"teams.{team}.{key}", message, "", place, subject)
        old = before.waivers.file.waivers if before.waivers else ()
        for index, waiver in enumerate(after.waivers.file.waivers if after.waivers else ()):
            if waiver not in old and (waiver.subject == team or waiver.subject.startswith(f"{team}/")):
                message = (
                    f"the clusters of {team} change together with the waiver of {waiver.rule} for {waiver.subject}"
                )
                place = judged.place("waivers", "waivers", index)
                yield LocatedProblem(f"waivers[{index}]", message, "", place, subject)


def _clusters(source: CellSource, team: str) -> object:
    read = source.teams.get(team)
    return read.file.clusters if read else {}


LISTS = {
    "tiers": "tiers",
    "pools": "pools",
    "overridable": "overridable",
    "client_cidrs": "clientCidrs",
    "client_namespaces": "clientNamespaces",
}
"""Field of a tenant whose entries each allow something → its key."""


def _wider(before: Tenant, after: Tenant) -> Iterator[str]:
    """Yield the keys of the limits that allow more than before."""
    if any(getattr(after.quota, name) > getattr(before.quota, name) for name in Quota.model_fields):
        yield "quota"
    for name, key in LISTS.items():
        if _added(getattr(before, name), getattr(after, name)):
            yield key


def _added(before: Iterable[str], after: Iterable[str]) -> bool:
    return bool(set(after) - set(before))


RULES = policies_in(globals())
