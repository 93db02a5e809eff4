"""Check references to other files: an unknown name would silently have no effect."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.files.settings import Settings
from aerofleet.files.validation import nearest, unknown_key
from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.checks.definitions import Definitions, in_file, in_layer
from aerofleet.settings.free_maps import unknown_parameter


@rule("grant-unknown", scope="cell", severity="error", source="Platform rule: docs/how-to/give-a-team-more.md")
def grant_unknown(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A team is granted a tier, a pool or a setting that does not exist."""
    source = definitions.source
    if source.tenants is None:
        return
    document = source.tenants.document
    for team, tenant in source.tenants.file.teams.items():
        for index, tier in enumerate(tenant.tiers):
            if tier not in source.tiers.names and tier not in source.tiers.unread:
                message, remedy = f"there is no tier '{tier}'", source.tiers.remedy_for(tier, is_name=True)
                yield in_file(document, ("teams", team, "tiers", index), message, remedy)
        for index, pool in enumerate(tenant.pools):
            if source.pools and pool not in source.pools.file.pools:
                message, remedy = f"there is no pool '{pool}'", nearest(pool, source.pools.file.pools)
                yield in_file(document, ("teams", team, "pools", index), message, remedy)
        for index, path in enumerate(tenant.overridable):
            keys = path.split(".")
            unknown = unknown_key(Settings, keys) or unknown_parameter(tuple(keys))
            if unknown is not None:
                message, remedy = f"there is no setting '{path}'", nearest(*unknown)
                yield in_file(document, ("teams", team, "overridable", index), message, remedy)


@rule("release-order", scope="cell", severity="error", source="Platform rule: docs/how-to/upgrade-the-operator.md")
def release_order(definitions: Definitions) -> Iterator[LocatedProblem]:
    """The release order of an operator upgrade names a cluster that does not exist.

    A cluster whose name is misspelt in it would stay paused.
    """
    source = definitions.source
    if source.cell is None or source.unread:
        return
    known = [cluster.key for cluster in source.clusters]
    for index, key in enumerate(source.cell.file.operator.release_order):
        if key not in known:
            path = ("operator", "releaseOrder", index)
            yield in_file(source.cell.document, path, f"there is no cluster '{key}'", nearest(key, known))


@rule(
    "host-block", scope="cell", severity="error", source="AKO 4.5.0, api/v1/aerospikecluster_types.go: K8sNodeBlockList"
)
def host_block(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A block list names a host that does not exist.

    The pods would stay on a host whose name is misspelt in it.
    """
    hosts = definitions.source.hosts
    if hosts is None:
        return
    for cluster, settings in definitions.clusters():
        for index, host in enumerate(settings.host_blocks):
            if host not in hosts.file.hosts:
                message, remedy = f"there is no host '{host}'", nearest(host, hosts.file.hosts)
                yield in_layer(definitions.source, cluster, ("hostBlocks", index), message, remedy)


RULES = rules_in(globals())
