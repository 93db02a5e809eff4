"""Hazards of server versions: known bugs of the build that runs, and what is new on the way from one to another."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.known_bugs import UPGRADE_BUG, bugs_of
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import Config, is_in_memory, namespaces, section
from aerofleet.ako.restart import Restarts
from aerofleet.findings import Problem, rule, rules_in
from aerofleet.units.version import is_at_least

HARDENED = "8.2.0.0"
"""The first server that limits nesting, hardens Lua and answers nothing while it joins. Source: the vendor's page
"Upgrade to Database 8.2.0"; schema of 8.2.0 for the default of `allow-unsafe-lua`."""

RECORD_LIMIT_SINCE = "7.1.0.0"
DEFAULT_BLOCK_BYTES = 1 << 20
"""Configuration schemas of 7.0 and 7.1: defaults of `write-block-size` and `max-record-size`."""


@rule(
    "known-bug",
    scope="cluster",
    severity="warning",
    remedy="a build that has the fix",
    source="Aerospike release notes, 7.1 to 8.2",
)
def known_bug(cluster: Cluster) -> Iterator[Problem]:
    """The release notes of a later build name a bug of this build that concerns the cluster."""
    if not cluster.version:
        return
    bugs = {bug: None for rack in cluster.distinct_racks for bug in bugs_of(cluster.version, rack.config)}
    for bug in bugs:
        message = f"{bug.names} in server {cluster.version}: {bug.consequence}; fixed in {' and '.join(bug.fixed)}"
        yield "spec.image", message


def _passes(old: Cluster, new: Cluster, version: str) -> bool:
    """Return whether the change leads from a server before ``version`` to it or a later one."""
    return (
        bool(old.version and new.version)
        and is_at_least(new.version, version)
        and not is_at_least(old.version, version)
    )


@rule(
    "xdr-upgrade",
    scope="change",
    severity="severe",
    remedy="the vendor's special upgrade path for AER-6898 in place of a plain change of the image",
    source="Aerospike release notes, AER-6898",
)
def xdr_upgrade(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The image changes from or to a build with a bug of XDR. The operator restarts nodes one after the other. A
    node that becomes master for a restarting one while it recovers XDR writes beyond its stack.
    """
    if old.version == new.version:
        return
    # On the way from or to such a build some nodes run it while their neighbours restart.
    affected = [cluster.version for cluster in (old, new) if cluster.version and UPGRADE_BUG.is_in(cluster.version)]
    if affected and any(UPGRADE_BUG.strikes(rack.config) for rack in old.distinct_racks):
        fixes = ", ".join(UPGRADE_BUG.fixed[:-1])
        message = (
            f"{UPGRADE_BUG.names} in server {affected[0]} with XDR: {UPGRADE_BUG.consequence}."
            f" Builds from {UPGRADE_BUG.since} to 8.1.1 can have it; known to be without it are {fixes}"
        )
        yield "spec.image", message


@rule(
    "record-limit",
    scope="change",
    severity="warning",
    remedy="max-record-size as large as the largest record",
    source="Aerospike configuration schemas, 7.0 and 7.1: write-block-size and max-record-size",
)
def record_limit(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The upgrade to 7.1 or later brings a default of 1 MiB for `max-record-size`. Before, the write block alone
    limits a record: 8 MiB in memory, and up to that on devices. Larger records stay readable, and every write of
    one fails.
    """
    if not _passes(old, new, RECORD_LIMIT_SINCE):
        return
    larger = {
        name
        for rack in old.distinct_racks
        for _, name, namespace in namespaces(rack.config)
        if _has_large_blocks(namespace)
    }
    for rack in new.distinct_racks:
        for position, name, namespace in namespaces(rack.config):
            if name in larger and "max-record-size" not in namespace:
                path = new.config_path(rack, "namespaces", position, "max-record-size")
                yield path, f"records of {name} above 1 MiB are refused, because it is not written"


def _has_large_blocks(namespace: Config) -> bool:
    """Return whether a namespace before 7.1 takes records above 1 MiB."""
    block = section(namespace, "storage-engine").get("write-block-size")
    return is_in_memory(namespace) or (isinstance(block, int) and block > DEFAULT_BLOCK_BYTES)


@rule(
    "nesting-limit",
    scope="change",
    severity="warning",
    remedy="a search for such records, in the sources of XDR too, before the upgrade",
    source="Aerospike documentation, Upgrade to Database 8.2.0",
)
def nesting_limit(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The upgrade to 8.2.0 or later refuses lists and maps deeper than 64 levels. The server reads those that it
    has, but changing them, shipping them to it and restoring them from an older backup fail; XDR gives such a
    record up. The server does not look for them.
    """
    if _passes(old, new, HARDENED):
        yield (
            "spec.image",
            f"server {new.version} refuses lists and maps deeper than 64 levels, {old.version} took them",
        )


@rule(
    "lua-hardened",
    scope="change",
    severity="warning",
    remedy="UDFs that need none of them; or mod-lua.allow-unsafe-lua: true in the same change",
    source="Aerospike configuration schemas, 8.2.0: allow-unsafe-lua",
)
def lua_hardened(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The upgrade to 8.2.0 or later brings the default false for `allow-unsafe-lua`, which can't be set live: UDFs
    that use os, io, debug, load or dofile fail from the restart on.
    """
    if not _passes(old, new, HARDENED):
        return
    for rack in new.distinct_racks:
        if "allow-unsafe-lua" not in section(rack.config, "mod-lua"):
            path = new.config_path(rack, "mod-lua", "allow-unsafe-lua")
            yield path, f"true becomes false with server {new.version}, because it is not written"


@rule(
    "slow-join",
    scope="change",
    severity="warning",
    remedy="clients with short timeouts and retries on another node",
    source="Aerospike documentation, Upgrade to Database 8.2.0",
)
def slow_join(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A node of 8.2.0 or later that starts takes connections, and answers nothing until it has the cluster's
    metadata. The pod counts as ready before that, since its probe asks whether the port is open.
    """
    if _passes(old, new, HARDENED):
        yield "spec.image", f"each node of server {new.version} lets clients time out while it joins"


@rule(
    "experimental-flag",
    scope="change",
    severity="info",
    remedy="--preview and the name of the feature",
    source="Aerospike documentation, Upgrade to Database 8.2.0",
)
def experimental_flag(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A server of 8.2.0 or later does not know the start flag --experimental. No field of the cluster has the flag:
    only an image's own entry point can have it.
    """
    if _passes(old, new, HARDENED):
        yield "spec.image", f"an image that starts server {new.version} with --experimental does not come up"


RULES = rules_in(globals())
