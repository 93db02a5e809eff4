"""Compare the requests of a team with the platform's grants."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from functools import cache

from pydantic import BaseModel

from aerofleet.files.choices import ClusterState, StorageKind
from aerofleet.files.cluster.storage import ClaimSettings
from aerofleet.files.file_model import FileModel
from aerofleet.files.settings import Settings
from aerofleet.files.tenants import Tenant
from aerofleet.files.validation import model_in, unknown_key
from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.checks.definitions import Definitions, in_cluster, in_file
from aerofleet.settings.merge import Path, is_named_list
from aerofleet.settings.overlay import OVERLAY
from aerofleet.settings.source import CellSource, ClusterDefinition
from aerofleet.settings.tiers import TierChainError
from aerofleet.units.amount import counted

ALWAYS_ALLOWED = ("workload", "size", "passwords", "reconcileRequest", "restart")
"""Settings that every team may write. A tenant entry has to name all others."""


@rule("tenant-unknown", scope="cell", severity="error", source="Platform rule: docs/how-to/give-a-team-more.md")
def tenant_unknown(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A team has a file and no entry in `tenants.yaml`."""
    source = definitions.source
    if source.tenants is None:
        return
    known = source.tenants.file.teams
    for team, read in source.teams.items():
        if team not in known:
            near = get_close_matches(team, known, n=1)
            remedy = f"did you mean '{near[0]}'?" if near else "the platform team adds it to tenants.yaml"
            yield in_file(read.document, ("team",), f"team '{team}' has no entry in tenants.yaml", remedy)


@rule(
    "tenant-tier",
    scope="cell",
    severity="error",
    source="Platform rule: docs/how-to/give-a-team-more.md",
    can_render=True,
)
def tenant_tier(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A team uses a tier that it was not granted."""
    for cluster, tenant in clusters_of_tenants(definitions.source):
        tier = cluster.file.tier.partition("@")[0]
        if tier not in tenant.tiers and tier in definitions.source.tiers.names:
            message = f"team {cluster.team} may not use the tier '{tier}'"
            remedy = f"granted: {', '.join(tenant.tiers)}; the platform team grants more in tenants.yaml"
            yield in_cluster(cluster, ("tier",), message, remedy)


@rule(
    "tenant-pool",
    scope="cell",
    severity="error",
    source="Platform rule: docs/how-to/give-a-team-more.md",
    can_render=True,
)
def tenant_pool(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A team uses a pool that it was not granted."""
    pools = definitions.source.pools
    for cluster, tenant in clusters_of_tenants(definitions.source):
        settings = definitions.settings.get(cluster.key)
        pool = settings.pool if settings else None
        if pool is not None and (pools is None or pool in pools.file.pools) and pool not in tenant.pools:
            message = f"team {cluster.team} may not use the pool '{pool}'"
            yield in_cluster(cluster, ("pool",), message, f"granted: {', '.join(tenant.pools)}")


@rule(
    "tenant-override",
    scope="cell",
    severity="error",
    source="Platform rule: docs/how-to/give-a-team-more.md",
    can_render=True,
)
def tenant_override(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A team sets what its tenant entry does not let it set itself."""
    for cluster, tenant in clusters_of_tenants(definitions.source):
        allowed = (*ALWAYS_ALLOWED, *tenant.overridable)
        for setting, path in setting_paths(cluster.file.settings, inherited_namespaces(definitions.source, cluster)):
            if path[0] == OVERLAY:
                continue  # the check of overlays has findings of its own
            if setting.startswith("alerts."):
                remedy = "one set of rules watches all clusters of a tier: set it there, or in the cell's defaults"
            elif unknown_key(Settings, setting.split(".")):
                continue  # another rule reports the unknown key
            elif any(setting == prefix or setting.startswith(f"{prefix}.") for prefix in allowed):
                continue
            else:
                remedy = f"allowed: {', '.join(allowed)}; the platform team grants more in tenants.yaml"
            yield in_cluster(cluster, path, f"the team may not set {setting}", remedy)


def clusters_of_tenants(source: CellSource) -> Iterator[tuple[ClusterDefinition, Tenant]]:
    """Yield the clusters of the teams that have an entry in `tenants.yaml`, with that entry."""
    tenants = source.tenants.file.teams if source.tenants else {}
    return ((cluster, tenants[cluster.team]) for cluster in source.clusters if cluster.team in tenants)


def inherited_namespaces(source: CellSource, cluster: ClusterDefinition) -> set[str]:
    """Return the names of the namespaces that the cluster has if its team names none."""
    layers: list[Mapping[str, object]] = [source.cell.file.defaults] if source.cell else []
    with suppress(TierChainError):
        chain = source.tiers.chain(cluster.file.tier)
        layers += [settings for revision in chain for settings, _path in revision.all_settings()]
    listed = [items for layer in layers if is_named_list(items := layer.get("namespaces"))]
    return {entry["name"] for entries in listed for entry in entries} or {cluster.name}


def setting_paths(settings: Mapping[str, object], namespaces: Container[str]) -> Iterator[tuple[str, Path]]:
    """Yield each leaf as (setting, path): the setting without names of list entries (``namespaces.defaultTtl``).

    A namespace outside of ``namespaces`` is an additional one, or replaces the cluster's own.
    """
    yield from leaf_paths(settings)
    listed = settings.get("namespaces")
    for index, entry in enumerate(listed) if is_named_list(listed) else ():
        if entry["name"] not in namespaces:
            yield "namespaces", ("namespaces", index, "name")


def leaf_paths(settings: object, setting: str = "", path: Path = ()) -> Iterator[tuple[str, Path]]:
    if isinstance(settings, Mapping) and settings:
        for key, value in settings.items():
            yield from leaf_paths(value, f"{setting}.{key}" if setting else str(key), (*path, key))
    elif is_named_list(settings):
        for index, item in enumerate(settings):
            rest = {key: value for key, value in item.items() if key != "name"}
            yield from leaf_paths(rest, setting, (*path, index)) if rest else ()
    elif setting:
        yield setting, path


@rule(
    "tenant-quota",
    scope="cell",
    severity="error",
    source="Platform rule: docs/how-to/give-a-team-more.md",
    can_render=True,
)
def tenant_quota(definitions: Definitions) -> Iterator[LocatedProblem]:
    """The clusters of a team together need more than its quota."""
    source = definitions.source
    if source.tenants is None:
        return
    of_team = source.by_team()
    for team, tenant in source.tenants.file.teams.items():
        clusters = [cluster for cluster in of_team.get(team, ()) if cluster.file.state is not ClusterState.RELEASED]
        known = [definitions.settings[cluster.key] for cluster in clusters if cluster.key in definitions.settings]
        if not known:
            continue
        for part, amount in {**quota_use(known), "clusters": len(clusters)}.items():
            quota = getattr(tenant.quota, part)
            if amount > quota:
                message = f"the team's clusters need {quantity(part, amount)}, its quota is {quantity(part, quota)}"
                remedy = (
                    f"make a cluster smaller; the platform team grants more in tenants.yaml: teams.{team}.quota.{part}"
                )
                yield in_file(source.teams[team].document, ("clusters",), message, remedy)


def quota_use(clusters: Sequence[Settings]) -> dict[str, int]:
    """Return the sum of the clusters for each part of a quota: ``clusters``, ``pods``, ``memory`` and ``storage`` in
    bytes, ``cpu`` in thousandths of a core. A cluster whose size is not known yet takes no pods.
    """
    pods = [0 if settings.size == "auto" else int(settings.size) * settings.racks for settings in clusters]
    return {
        "clusters": len(clusters),
        "pods": sum(pods),
        "memory": sum(count * settings.resources.memory for count, settings in zip(pods, clusters, strict=True)),
        "cpu": sum(count * settings.resources.cpu for count, settings in zip(pods, clusters, strict=True)),
        "storage": sum(count * storage_of(settings) for count, settings in zip(pods, clusters, strict=True)),
    }


def storage_of(settings: Settings) -> int:
    devices = [
        namespace.devices
        for namespace in settings.namespaces
        if namespace.devices and namespace.storage is StorageKind.DEVICE
    ]
    claims = settings.work_directory.size + sum(claim.size for claim in claims_in(settings))
    return claims + sum(device.count * device.size for device in devices)


def claims_in(value: object) -> Iterator[ClaimSettings]:
    """Yield every claim of a persistent volume in the settings, at any depth; devices are counted by their number."""
    if isinstance(value, ClaimSettings):
        yield value
    elif isinstance(value, FileModel):
        for name in claim_fields(type(value)):
            yield from claims_in(getattr(value, name))
    elif isinstance(value, tuple):
        for inner in value:
            yield from claims_in(inner)


@cache
def claim_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the fields of a model that can have claims, so that a fleet's other settings are not walked through."""
    inner = {name: model_in(field.annotation) for name, field in model.model_fields.items()}
    return tuple(
        name for name, part in inner.items() if part and (issubclass(part, ClaimSettings) or claim_fields(part))
    )


def quantity(what: str, amount: int) -> str:
    """Return an amount in the unit of a part of a quota: ``288 GiB of memory``, ``12 cores``, ``6 pods``."""
    if what in ("memory", "storage"):
        return f"{round(amount / (1 << 30), 1):,g} GiB of {what}"
    return f"{amount / 1000:g} cores" if what == "cpu" else counted(amount, what.removesuffix("s"))


RULES = rules_in(globals())
