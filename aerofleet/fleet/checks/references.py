"""Check references to other files: an unknown name would silently have no effect."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.files.settings import Settings
from aerofleet.files.validation import nearest, unknown_key
from aerofleet.findings import Finding
from aerofleet.fleet.checks.finding import SettingsOf, finding
from aerofleet.settings.source import CellSource


def grants(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find unknown tiers, pools and paths of settings in the grants of tenants."""
    if source.tenants is None:
        return
    document = source.tenants.document
    for team, tenant in source.tenants.file.teams.items():
        for index, tier in enumerate(tenant.tiers):
            if tier not in source.tiers.names and tier not in source.tiers.unread:
                message, hint = f"there is no tier '{tier}'", nearest(tier, source.tiers.names)
                yield finding("grant-unknown", document, ("teams", team, "tiers", index), message, hint)
        for index, pool in enumerate(tenant.pools):
            if source.pools and pool not in source.pools.file.pools:
                message, hint = f"there is no pool '{pool}'", nearest(pool, source.pools.file.pools)
                yield finding("grant-unknown", document, ("teams", team, "pools", index), message, hint)
        for index, path in enumerate(tenant.overridable):
            unknown = unknown_key(Settings, path.split("."))
            if unknown is not None:
                message, hint = f"there is no setting '{path}'", nearest(*unknown)
                yield finding("grant-unknown", document, ("teams", team, "overridable", index), message, hint)


def release_order(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find unknown clusters in the release order of an operator upgrade: a misspelt cluster would stay paused."""
    if source.cell is None or source.unread:
        return
    written = [cluster.key for cluster in source.clusters]
    for index, key in enumerate(source.cell.file.operator.release_order):
        if key not in written:
            place = ("operator", "releaseOrder", index)
            message, hint = f"there is no cluster '{key}'", nearest(key, written)
            yield finding("release-order", source.cell.document, place, message, hint)


def host_blocks(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find unknown hosts in block lists: the pods would stay on a misspelt host."""
    if source.hosts is None:
        return
    for cluster in source.clusters:
        resolved = settings.get(cluster.key)
        for index, host in enumerate(resolved.host_blocks if resolved else ()):
            if host not in source.hosts.file.hosts:
                place = (*cluster.place, "hostBlocks", index)
                message, hint = f"there is no host '{host}'", nearest(host, source.hosts.file.hosts)
                yield finding("host-block", cluster.document, place, message, hint)
