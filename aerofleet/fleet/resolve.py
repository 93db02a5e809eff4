"""From the files of a cell to its resolved form: layers merged, templates rendered, references followed."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from aerofleet.files.addresses import SERVER_VERSION
from aerofleet.files.allocations import AllocationsFile
from aerofleet.files.choices import ClusterState, OperatorPhase
from aerofleet.files.metal import HostModel
from aerofleet.files.project_files import Files
from aerofleet.files.settings import Settings
from aerofleet.files.validation import UNKNOWN_KEY, nearest, unknown_key, validated
from aerofleet.findings import Finding, Location, Rule, declared
from aerofleet.findings.repeats import merge_repeats
from aerofleet.fleet.build_cluster import Context, build_cluster
from aerofleet.fleet.build_platform import build_hosts, build_pools, platform_parts
from aerofleet.fleet.cell import Cell, Team
from aerofleet.fleet.checks import check_cell
from aerofleet.fleet.checks.definitions import Definitions
from aerofleet.fleet.cluster import Cluster, Tier
from aerofleet.fleet.pool_members import pool_models as models_of_pool
from aerofleet.fleet.pool_members import usable_racks
from aerofleet.settings.ahead import with_tiers_ahead
from aerofleet.settings.formulas import render_templates
from aerofleet.settings.layers import SPREAD, TEAM, layers_of, merged_settings, own_namespace
from aerofleet.settings.merge import Merged
from aerofleet.settings.overlay import Overlay
from aerofleet.settings.read_overlays import read_overlays
from aerofleet.settings.source import STACKS, CellSource, ClusterDefinition, cells, in_project, read_cell
from aerofleet.settings.tiers import TierChainError, TierRevision
from aerofleet.units.field_path import dotted

CELL_UNKNOWN = declared(
    "cell-unknown",
    "`stacks/` has no folder for the cell.",
    scope="cell",
    severity="error",
    source="Platform rule: docs/concepts/definitions.md",
)
TIER_UNKNOWN = declared(
    "tier-unknown",
    "A cluster asks for a tier or a revision that does not exist.",
    scope="cell",
    severity="error",
    source="Platform rule: docs/concepts/definitions.md",
)
SIZE_WORKLOAD = declared(
    "size-workload",
    "The sizing can't read a cluster's workload, so nobody knows whether its size is enough.",
    scope="cell",
    severity="error",
    remedy="correct the workload, or the setting that is named; until then nobody knows whether the size is enough",
    source="Platform rule: docs/concepts/sizing.md",
)
SIZE_AUTO = declared(
    "size-auto",
    "No number of pods is enough for the workload.",
    scope="cell",
    severity="error",
    remedy="larger pods, a larger tier, or a smaller workload",
    source="Platform rule: docs/concepts/sizing.md",
)
RULES = (CELL_UNKNOWN, TIER_UNKNOWN, SIZE_WORKLOAD, SIZE_AUTO)


@dataclass(frozen=True, slots=True)
class ResolvedSettings:
    """A cluster's settings. ``merged`` has their origins; ``size_formula`` is the reason for a size that was
    ``auto``.
    """

    tier: TierRevision
    settings: Settings
    merged: Merged
    size_formula: str = ""
    overlays: tuple[Overlay, ...] = ()


@dataclass(slots=True)
class Resolution:
    """The result for one cell. ``cell`` is None after a mistake; ``settings``: TEAM/CLUSTER → its resolved settings.

    ``mistakes``: the findings that are errors, one for each subject; ``findings`` has those that are alike once.
    """

    cell: Cell | None
    findings: tuple[Finding, ...]
    settings: dict[str, ResolvedSettings] = field(default_factory=dict)
    source: CellSource | None = None
    mistakes: tuple[Finding, ...] = ()


def resolve_cell(
    root: pathlib.Path,
    name: str,
    texts: Mapping[str, str] = MappingProxyType({}),
    without: Collection[Rule[[Definitions]]] = (),
) -> Resolution:
    """Read and resolve a cell. Every mistake becomes a finding, and as few mistakes as possible hide others.

    ``texts``: file name → text to read instead of that file, to try a change. ``without``: rules that are not checked,
    because the caller is about to do what they ask for; the definitions can't be built before, so ``cell`` is None.
    """
    known = cells(root)
    if name not in known and f"{STACKS}/{name}/cell.yaml" not in texts:
        where = Location(f"{STACKS}/{name}", 1, 1)
        return Resolution(None, (CELL_UNKNOWN.finding(name, "there is no such cell", nearest(name, known), where),))
    source = read_cell(Files(root, texts), name)
    source.clusters = with_tiers_ahead(source)
    settings: dict[str, ResolvedSettings] = {}
    for cluster in source.clusters:
        resolved = resolve_settings(source, cluster)
        if resolved is not None:
            settings[cluster.key] = resolved
    definitions = Definitions(source, {key: resolved.settings for key, resolved in settings.items()})
    found = tuple(in_project(source, [*source.findings, *check_cell(definitions, without)]))
    distinct = merge_repeats(found)
    findings = tuple(sorted(distinct, key=lambda finding: (finding.location or Location("", 0, 0), finding.rule)))
    mistakes = tuple(finding for finding in found if finding.severity == "error")
    if without or mistakes:
        return Resolution(None, findings, settings, source, mistakes)
    return Resolution(build(source, settings), findings, settings, source)


def resolve_settings(source: CellSource, cluster: ClusterDefinition) -> ResolvedSettings | None:
    """Merge the layers of one cluster and read them as Settings; add the mistakes to the source's findings."""
    tier = source.tiers.find(cluster.file.tier)
    if tier is None and source.tiers.is_unread(cluster.file.tier):
        return None
    if tier is None:
        message, hint = source.tiers.mistake_in(cluster.file.tier)
        location = cluster.locate(("tier",))
        source.findings.append(TIER_UNKNOWN.finding("tier", message, hint, location, cluster.subject))
        return None
    try:
        chain = source.tiers.chain(tier.reference)
    except TierChainError:
        return None  # one finding at the tier reports it
    layers = layers_of(source, chain, cluster)
    merged = merged_settings(layers, own_namespace(cluster))
    rendering = render_templates(merged, cluster)
    settings, findings = validated(Settings, merged.data, origin_locator(merged, cluster), spread=SPREAD)
    overlays, of_overlays = read_overlays(layers, merged, cluster)
    findings = [*rendering.with_findings_of(findings), *unknown_nulls(merged), *of_overlays]
    source.findings += [replace(finding, subject=cluster.subject) for finding in findings]
    if settings is None or findings:
        return None
    return with_size(source, cluster, ResolvedSettings(tier, settings, merged, overlays=overlays))


def unknown_nulls(merged: Merged) -> Iterator[Finding]:
    """Yield a finding for each key without a value that no setting has: merging drops it before validation sees it."""
    for path, origin in merged.origins.items():
        unknown = unknown_key(Settings, [key for key in path if isinstance(key, str)]) if origin.value is None else None
        if unknown:
            key, known = unknown
            message = f"there is no such key as '{key}'" if key != path[-1] else "there is no such key"
            yield UNKNOWN_KEY.finding(dotted(path), message, nearest(key, known), origin.location)


def with_size(source: CellSource, cluster: ClusterDefinition, resolved: ResolvedSettings) -> ResolvedSettings | None:
    """Return the settings with a number for ``size: auto``, or None after a finding: no number of pods is enough, or
    the sizing can't read the settings.

    If the channel or the pool is unknown, the size stays ``auto``: other checks report these.
    """
    settings = resolved.settings
    if not (source.cell and source.hosts and source.pools) or not is_known(source, settings):
        return resolved
    from aerofleet.fleet.auto_size import NoSizeError, auto_size, unreadable

    locate, version = origin_locator(resolved.merged, cluster), source.server_version(settings.channel)
    mistake = unreadable(settings, version)
    if mistake:
        message, location = f"the sizing can't read the workload: {mistake}", locate(("workload",))
        finding = SIZE_WORKLOAD.finding("workload", message, location=location, subject=cluster.subject)
        source.findings.append(finding)
        return None
    if settings.size != "auto":
        return resolved
    try:
        size = auto_size(settings, version, pool_models(source, settings))
    except NoSizeError as error:
        message, location = f"no number of pods is enough: {error}", locate(("size",))
        source.findings.append(SIZE_AUTO.finding("size", message, location=location, subject=cluster.subject))
        return None
    resolved.merged.data["size"] = size.pods_per_rack
    sized = settings.model_copy(update={"size": size.pods_per_rack})
    return replace(resolved, settings=sized, size_formula=size.formula)


def is_known(source: CellSource, settings: Settings) -> bool:
    """Return whether the cluster's pool and server version are known, as the sizing needs them."""
    assert source.pools is not None  # noqa: S101
    is_version = SERVER_VERSION.fullmatch(source.server_version(settings.channel)) is not None
    return is_version and settings.pool in source.pools.file.pools


def pool_models(source: CellSource, settings: Settings) -> list[HostModel]:
    """Return the hardware models of the hosts that the cluster's pool may have, sorted by name."""
    if source.hosts is None or source.pools is None:
        return []
    pool = source.pools.file.pools.get(settings.pool)
    if pool is None:
        return []
    models = source.hosts.file.models
    return [models[name] for name in sorted(models_of_pool(pool, source.hosts.file.hosts)) if name in models]


def origin_locator(merged: Merged, cluster: ClusterDefinition) -> Callable[[Any], Location]:
    """Return a function from a path to the location of its value; for a missing value, where its team would
    write it.
    """

    def locate(path: Sequence[str | int]) -> Location:
        for length in range(len(path), 0, -1):
            above = tuple(path[:length])
            origin, last = merged.origins.get(above), merged.mappings.get(above)
            if origin is not None:
                return origin.layer.locate((*origin.path, *path[length:]))
            if last is not None and (length == len(path) or last[0].name == TEAM):
                layer, path_in_layer = last
                return layer.locate(path_in_layer)
        return cluster.document.locate(cluster.place)

    return locate


def build(source: CellSource, settings: Mapping[str, ResolvedSettings]) -> Cell:
    """Build the resolved cell from a source without mistakes."""
    assert source.cell and source.hosts and source.pools and source.tenants and source.allocations  # noqa: S101
    cell, allocations = source.cell.file, source.allocations.file
    hosts = build_hosts(source.hosts.file)
    pools = {pool.name: pool for pool in build_pools(source.pools.file, source.hosts.file, hosts)}
    racks_with_hosts = {pool: usable_racks(source, pool) for pool in pools}
    teams, of_team = [], source.by_team()
    for name in sorted(source.teams):
        tenant = source.tenants.file.teams[name]
        namespace = allocations.teams[name].namespace
        clusters = []
        for definition in of_team.get(name, ()):
            if definition.file.state is ClusterState.RELEASED:
                continue
            resolved = settings[definition.key]
            pool = pools[resolved.settings.pool]
            racks = racks_with_hosts[pool.name]
            paused = is_paused_by_upgrade(source, definition)
            context = Context(cell, tenant, namespace, pool, allocations.racks, racks, paused)
            clusters.append(one_cluster(definition, resolved, allocations, context))
        teams.append(Team(name, namespace, tenant, cell.group_of(name), tuple(clusters)))
    return Cell(
        hosts=hosts,
        pools=tuple(pools.values()),
        teams=tuple(teams),
        **platform_parts(cell, source.operator.objects, source.cert_manager.objects),
    )


def one_cluster(
    cluster: ClusterDefinition, resolved: ResolvedSettings, allocations: AllocationsFile, context: Context
) -> Cluster:
    thresholds = resolved.settings.alerts.model_dump(by_alias=True, exclude_none=True)
    tier = Tier(resolved.tier.name, resolved.tier.number, thresholds)
    built = build_cluster(cluster, tier, resolved.settings, allocations.clusters[cluster.key], context)
    return replace(built, overlays=resolved.overlays)


def is_paused_by_upgrade(source: CellSource, cluster: ClusterDefinition) -> bool:
    """Return whether an operator upgrade pauses the cluster; in phase `release`, until the release order names it."""
    assert source.cell is not None  # noqa: S101
    operator = source.cell.file.operator
    if operator.phase is not OperatorPhase.RELEASE:
        return True
    return bool(operator.release_order) and cluster.key not in operator.release_order
