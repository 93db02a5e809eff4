"""Check that the racks and hosts of a cell are enough for its clusters."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from aerofleet.files.choices import HostState
from aerofleet.files.settings import Settings
from aerofleet.files.validation import nearest
from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.allocation import racks_in_use
from aerofleet.fleet.checks.definitions import Definitions, in_cluster, in_layer
from aerofleet.fleet.pool_members import pool_members
from aerofleet.settings.source import CellSource, ClusterDefinition
from aerofleet.units.amount import counted


@rule("rack-count", scope="cell", severity="error", source="Platform rule: docs/concepts/definitions.md")
def rack_count(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A cluster wants more racks than the cell has."""
    source = definitions.source
    if not (source.cell and source.hosts and source.pools):
        return
    racks = source.cell.file.racks
    for cluster, settings in definitions.clusters():
        if settings.racks > len(racks):
            message = f"wants {counted(settings.racks, 'rack')}, the cell has {len(racks)}"
            yield in_layer(source, cluster, ("racks",), message, f"the cell has {', '.join(racks)}")


@rule("pool-unknown", scope="cell", severity="error", source="Platform rule: docs/concepts/definitions.md")
def pool_unknown(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A cluster is on a pool that does not exist."""
    source = definitions.source
    if not (source.cell and source.hosts and source.pools):
        return
    pools = source.pools.file.pools
    for cluster, settings in definitions.clusters():
        if settings.pool not in pools:
            message = f"there is no pool '{settings.pool}'"
            yield in_layer(source, cluster, ("pool",), message, nearest(settings.pool, pools))


@rule(
    "rack-copies",
    scope="cell",
    severity="error",
    remedy="two copies in one rack are lost together: more racks, or fewer copies",
    source="Aerospike documentation, Rack awareness",
    can_render=True,
)
def rack_copies(definitions: Definitions) -> Iterator[LocatedProblem]:
    """Two copies of a record would be in one rack."""
    for cluster, settings in clusters_on_pools(definitions):
        for namespace in settings.namespaces:
            copies = namespace.replication_factor
            if 1 < settings.racks < copies:
                message = f"namespace {namespace.name} keeps {copies} copies in {settings.racks} racks"
                yield in_cluster(cluster, ("namespaces",), message)


@rule(
    "rack-pool",
    scope="cell",
    severity="error",
    source="Kubernetes 1.35, node affinity: a pod is scheduled on hosts of its pool only",
)
def rack_pool(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A cluster wants more racks than its pool has hosts in."""
    source = definitions.source
    for cluster, settings in clusters_on_pools(definitions):
        assert source.cell and source.pools  # noqa: S101
        racks, pool = source.cell.file.racks, source.pools.file.pools[settings.pool]
        usable = racks_of_pool(definitions, settings.pool)
        selects_unknown_racks = not {*pool.racks} <= {*racks}
        if len(usable) < settings.racks <= len(racks) and not selects_unknown_racks:
            wanted, known = counted(settings.racks, "rack"), ", ".join(usable) or "none"
            message = f"wants {wanted}, pool {settings.pool} has hosts in {known}"
            remedy = f"hosts of the pool in more racks, or racks: {len(usable)}" if usable else "a pool with hosts"
            if left := racks_without_hosts(source, cluster, usable):
                where = f"rack{'s' if len(left) > 1 else ''} {', '.join(left)}"
                message += f"; its pods are in {where}, too, where the pool has no host"
                remedy = f"keep a host of the pool in {where}, or add one first (docs/how-to/take-a-host-out.md)"
            yield in_cluster(cluster, ("racks",), message, remedy)


@rule(
    "rack-hosts",
    scope="cell",
    severity="error",
    source="AKO 4.5.0, internal/controller/cluster/statefulset.go: updateSTSSchedulingPolicy",
    can_render=True,
)
def rack_hosts(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A cluster wants more pods in a rack than the rack has hosts for them.

    Hosts in maintenance count: they come back.
    """
    source = definitions.source
    for cluster, settings in clusters_on_pools(definitions):
        if source.allocations is None or settings.size == "auto":
            continue
        allocation = source.allocations.file.clusters.get(cluster.key)
        usable = racks_of_pool(definitions, settings.pool)
        for rack in racks_in_use(allocation.racks if allocation else (), usable, settings.racks):
            blocked = blocked_hosts(source, settings, rack)
            free = definitions.hosts_in_racks[settings.pool][rack] - len(blocked)
            if settings.multi_pod_per_host and (free or not blocked):
                continue
            if free < int(settings.size):
                message, remedy = too_few_hosts(settings, rack, free, blocked)
                if blocked:
                    yield in_layer(source, cluster, ("hostBlocks",), message, remedy)
                else:
                    yield in_cluster(cluster, ("size",), message, remedy)


def too_few_hosts(settings: Settings, rack: str, free: int, blocked: list[str]) -> tuple[str, str]:
    """Return message and remedy. ``free``: the rack's hosts for the cluster; ``blocked``: its hosts in `hostBlocks`."""
    number = "1 host" if free == 1 else f"{free} hosts"
    pods = counted(int(settings.size), "pod")
    message = f"wants {pods} in rack {rack}, which has {number} of pool {settings.pool}"
    on = "" if settings.multi_pod_per_host else "each pod of a cluster runs on a host of its own: "
    remedy = f"{on}more hosts of this pool in the rack"
    remedy += f", or size {free} at most, which moves data where the cluster runs already" if free else ""
    if not blocked:
        return message, remedy
    message += f" besides those in hostBlocks ({', '.join(blocked)})"
    remedy += "; or fewer hostBlocks: a pod that has to leave a host and finds no other waits for ever"
    return message, remedy


def racks_without_hosts(source: CellSource, cluster: ClusterDefinition, usable: Collection[str]) -> list[str]:
    """Return the racks that were allocated to the cluster and in which its pool has no host any more.

    Fewer racks are no way out there: they move data, and the operator refuses them beside other changes.
    """
    allocation = source.allocations.file.clusters.get(cluster.key) if source.allocations else None
    return [rack for rack in (allocation.racks if allocation else ()) if rack not in usable]


def clusters_on_pools(definitions: Definitions) -> Iterator[tuple[ClusterDefinition, Settings]]:
    """Yield the clusters whose pool exists; none if a file that describes hosts could not be read."""
    source = definitions.source
    if source.cell and source.hosts and source.pools:
        yield from (
            (cluster, settings)
            for cluster, settings in definitions.clusters()
            if settings.pool in source.pools.file.pools
        )


def racks_of_pool(definitions: Definitions, pool: str) -> list[str]:
    """Return the racks of the cell in which the pool has hosts, in the cell's order."""
    assert definitions.source.cell  # noqa: S101
    return [rack for rack in definitions.source.cell.file.racks if rack in definitions.hosts_in_racks[pool]]


def blocked_hosts(source: CellSource, settings: Settings, rack: str) -> list[str]:
    """Return the hosts of the cluster's pool in the rack that its pods have to leave, without absent hosts."""
    assert source.hosts and source.pools  # noqa: S101
    known = source.hosts.file.hosts
    blocked = {
        name: known[name]
        for name in settings.host_blocks
        if name in known and known[name].rack == rack and known[name].state is not HostState.ABSENT
    }
    return list(pool_members(source.pools.file.pools, blocked)[settings.pool])


RULES = rules_in(globals())
