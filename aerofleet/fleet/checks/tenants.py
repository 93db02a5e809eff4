"""Compare the requests of a team with the platform's grants."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches

from aerofleet.files.choices import ClusterState, StorageKind
from aerofleet.files.settings import Settings
from aerofleet.files.validation import unknown_key
from aerofleet.findings import Finding
from aerofleet.fleet.checks.finding import SettingsOf, finding
from aerofleet.settings.merge import Path, is_named_list
from aerofleet.settings.overlay import OVERLAY
from aerofleet.settings.source import CellSource, WrittenCluster
from aerofleet.units.amount import counted

ALWAYS_THEIRS = ("workload", "size", "passwords", "reconcileRequest", "restart")
"""Settings that every team may write. A tenant entry has to name all others."""


def tenants(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find tiers, pools and settings that a team uses and its tenant entry does not grant."""
    if source.tenants is None:
        return
    granted = source.tenants.file.teams
    for team, read in source.teams.items():
        if team not in granted:
            near = get_close_matches(team, granted, n=1)
            hint = f"did you mean '{near[0]}'?" if near else "the platform team adds it to tenants.yaml"
            yield finding(
                "tenant-unknown", read.document, ("team",), f"team '{team}' has no entry in tenants.yaml", hint
            )
    for cluster in source.clusters:
        tenant = granted.get(cluster.team)
        if tenant is None:
            continue
        tier = cluster.file.tier.partition("@")[0]
        if tier not in tenant.tiers and tier in source.tiers.names:
            hint = f"granted: {', '.join(tenant.tiers)}; the platform team grants more in tenants.yaml"
            message = f"team {cluster.team} may not use the tier '{tier}'"
            yield finding("tenant-tier", cluster.document, (*cluster.place, "tier"), message, hint)
        resolved = settings.get(cluster.key)
        pool_is_there = source.pools is None or (resolved is not None and resolved.pool in source.pools.file.pools)
        if resolved and pool_is_there and resolved.pool not in tenant.pools:
            message = f"team {cluster.team} may not use the pool '{resolved.pool}'"
            hint = f"granted: {', '.join(tenant.pools)}"
            yield finding("tenant-pool", cluster.document, (*cluster.place, "pool"), message, hint)
        allowed = (*ALWAYS_THEIRS, *tenant.overridable)
        for path, place in setting_places(cluster.file.settings, given_namespaces(source, cluster)):
            where = (*cluster.place, *place)
            if place[0] == OVERLAY:
                continue  # the check of overlays has findings of its own
            if path.startswith("alerts."):
                hint = "one set of rules watches all clusters of a tier: say it there, or in the cell's defaults"
                yield finding("tenant-override", cluster.document, where, f"the team may not set {path}", hint)
            elif unknown_key(Settings, path.split(".")):
                continue  # another rule reports the unknown key
            elif not any(path == prefix or path.startswith(f"{prefix}.") for prefix in allowed):
                hint = f"allowed: {', '.join(allowed)}; the platform team grants more in tenants.yaml"
                yield finding("tenant-override", cluster.document, where, f"the team may not set {path}", hint)


def given_namespaces(source: CellSource, cluster: WrittenCluster) -> set[str]:
    """Return the names of the namespaces that the cluster has if its team names none."""
    layers: list[Mapping[str, object]] = [source.cell.file.defaults] if source.cell else []
    with suppress(ValueError):
        chain = source.tiers.chain(cluster.file.tier)
        layers += [settings for revision in chain for settings, _place in revision.written()]
    listed = [items for layer in layers if is_named_list(items := layer.get("namespaces"))]
    return {entry["name"] for entries in listed for entry in entries} or {cluster.name}


def setting_places(settings: Mapping[str, object], namespaces: Container[str]) -> Iterator[tuple[str, Path]]:
    """Yield the dotted path and the place of each leaf, without names of list entries: ``namespaces.defaultTtl``.

    A namespace outside of ``namespaces`` is an additional one, or replaces the cluster's own.
    """
    yield from leaf_places(settings)
    listed = settings.get("namespaces")
    for index, entry in enumerate(listed) if is_named_list(listed) else ():
        if entry["name"] not in namespaces:
            yield "namespaces", ("namespaces", index, "name")


def leaf_places(settings: object, path: str = "", place: Path = ()) -> Iterator[tuple[str, Path]]:
    if isinstance(settings, Mapping) and settings:
        for key, value in settings.items():
            yield from leaf_places(value, f"{path}.{key}" if path else str(key), (*place, key))
    elif is_named_list(settings):
        for index, item in enumerate(settings):
            rest = {key: value for key, value in item.items() if key != "name"}
            yield from leaf_places(rest, path, (*place, index)) if rest else ()
    elif path:
        yield path, place


def quotas(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find teams whose clusters together exceed their quota."""
    if source.tenants is None:
        return
    of_team = source.by_team()
    for team, tenant in source.tenants.file.teams.items():
        clusters = [cluster for cluster in of_team.get(team, ()) if cluster.file.state is not ClusterState.RELEASED]
        known = [settings[cluster.key] for cluster in clusters if cluster.key in settings]
        if not known:
            continue
        for what, amount in {**quota_use(known), "clusters": len(clusters)}.items():
            granted = getattr(tenant.quota, what)
            if amount > granted:
                message = f"the team's clusters need {quantity(what, amount)}, its quota is {quantity(what, granted)}"
                hint = (
                    f"make a cluster smaller; the platform team grants more in tenants.yaml: teams.{team}.quota.{what}"
                )
                yield finding("tenant-quota", source.teams[team].document, ("clusters",), message, hint)


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
    return settings.work_directory.size + sum(device.count * device.size for device in devices)


def quantity(what: str, amount: int) -> str:
    """Return an amount in the unit of a part of a quota: ``288 GiB of memory``, ``12 cores``, ``6 pods``."""
    if what in ("memory", "storage"):
        return f"{round(amount / (1 << 30), 1):,g} GiB of {what}"
    return f"{amount / 1000:g} cores" if what == "cpu" else counted(amount, what.removesuffix("s"))
