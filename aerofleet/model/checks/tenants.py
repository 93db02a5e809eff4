"""What the platform grants a team, against what the team asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from aerofleet.finding import Finding
from aerofleet.model.checks.finding import SettingsOf, finding
from aerofleet.model.merge import is_named_list
from aerofleet.model.resolved import ClusterState, StorageKind
from aerofleet.model.settings import Settings
from aerofleet.model.source import CellSource

ALWAYS_THEIRS = ("workload", "size", "passwords", "nudge", "restart")
"""Settings every team may write. Anything else its tenant entry has to name."""


def tenants(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """A team may use what its tenant entry grants, and cannot grant itself anything."""
    if source.tenants is None:
        return
    granted = source.tenants.file.teams
    for team, read in source.teams.items():
        if team not in granted:
            near = get_close_matches(team, granted, n=1)
            hint = f"did you mean '{near[0]}'?" if near else "the platform team adds it to tenants.yaml"
            yield finding("tenant-unknown", read.document, ("team",), f"team '{team}' has no tenant entry", hint)
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
        if resolved and resolved.pool not in tenant.pools:
            message = f"team {cluster.team} may not use the pool '{resolved.pool}'"
            yield finding(
                "tenant-pool", cluster.document, cluster.place, message, f"granted: {', '.join(tenant.pools)}"
            )
        allowed = (*ALWAYS_THEIRS, *tenant.overridable)
        for path in setting_paths(cluster.file.settings):
            place = (*cluster.place, *path.split(".")[:1])
            if path.startswith("alerts."):
                hint = "one set of rules watches all clusters of a tier: say it there, or in the cell's defaults"
                yield finding("tenant-override", cluster.document, place, f"the team may not set {path}", hint)
            elif not any(path == each or path.startswith(f"{each}.") for each in allowed):
                hint = f"allowed: {', '.join(allowed)}; the platform team grants more in tenants.yaml"
                yield finding("tenant-override", cluster.document, place, f"the team may not set {path}", hint)


def setting_paths(settings: object, prefix: str = "") -> Iterator[str]:
    """Dotted paths of the leaves; the names of list entries are left out: ``namespaces.defaultTtl``."""
    if isinstance(settings, Mapping) and settings:
        for key, value in settings.items():
            if not (prefix and key == "name"):
                yield from setting_paths(value, f"{prefix}.{key}" if prefix else str(key))
    elif is_named_list(settings):
        for item in settings:
            yield from setting_paths(item, prefix)
    elif prefix:
        yield prefix


def quotas(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """What a team's clusters add up to, against its quota."""
    if source.tenants is None:
        return
    of_team = source.by_team()
    for team, tenant in source.tenants.file.teams.items():
        clusters = [each for each in of_team.get(team, ()) if each.file.state is not ClusterState.RELEASED]
        known = [settings[each.key] for each in clusters if each.key in settings]
        if not known:
            continue
        pods = [int(each.size) * each.racks if each.size != "auto" else 0 for each in known]
        used = {
            "clusters": len(clusters),
            "pods": sum(pods),
            "memory": sum(count * each.resources.memory for count, each in zip(pods, known, strict=True)),
            "cpu": sum(count * each.resources.cpu for count, each in zip(pods, known, strict=True)),
            "storage": sum(count * storage_of(each) for count, each in zip(pods, known, strict=True)),
        }
        for what, amount in used.items():
            granted = getattr(tenant.quota, what)
            if amount > granted:
                shown = (quantity(what, amount), quantity(what, granted))
                message = f"the team's clusters need {shown[0]} {what}, its quota is {shown[1]}"
                hint = "make a cluster smaller, or ask the platform team for more in tenants.yaml"
                yield finding("tenant-quota", source.teams[team].document, ("clusters",), message, hint)


def storage_of(settings: Settings) -> int:
    devices = [each.devices for each in settings.namespaces if each.devices and each.storage is StorageKind.DEVICE]
    return settings.work_directory.size + sum(each.count * each.size for each in devices)


def quantity(what: str, amount: int) -> str:
    if what in ("memory", "storage"):
        return f"{amount / (1 << 30):.1f} GiB of"
    return f"{amount / 1000:g} cores of" if what == "cpu" else str(amount)
