"""Check the allocations: none is missing, no value is allocated twice, and none is dropped without its steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aerofleet.files.allocations import PORTS_PER_CLUSTER, AllocationsFile, ClusterAllocation
from aerofleet.files.choices import ClusterState, StorageKind
from aerofleet.files.cluster.namespaces import NamespaceSettings
from aerofleet.files.validation import nearest
from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.allocation import ORDER, CellRacks, next_state, racks_in_use
from aerofleet.fleet.checks.definitions import Definitions, in_cluster, in_file
from aerofleet.settings.merge import Path
from aerofleet.settings.source import CellSource
from aerofleet.units.cluster_key import cluster_key, team_of

KUBERNETES_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
GENERATE = "run `aerofleet generate` and commit what it writes"
RESTORE_OR_GENERATE = (
    "restore it from version control: with new ports and ids every cluster would be rebuilt; only for a cell that was "
    f"never applied, {GENERATE}"
)


@rule(
    "allocation-missing",
    scope="cell",
    severity="error",
    remedy=GENERATE,
    source=(
        "Platform rule: docs/reference/definitions.md; AKO 4.5.0, pkg/validation/validate.go:"
        " validateNetworkPortUpdate; AKO 4.5.0, internal/controller/cluster/rack.go: getRacksToDelete"
    ),
)
def allocation_missing(definitions: Definitions) -> Iterator[LocatedProblem]:
    """`allocations.yaml` lacks a name, a port, a rack or a device."""
    source = definitions.source
    if source.cell is None or source.allocations is None:
        return
    cell, allocated = source.cell, source.allocations.file
    if source.allocations.document.data is None:
        message = "the file is missing: no cluster has ports, names and rack ids"
        yield in_file(source.allocations.document, (), message, RESTORE_OR_GENERATE)
        return
    for index, rack in enumerate(cell.file.racks):
        if rack not in allocated.racks:
            yield in_file(cell.document, ("racks", index), f"rack {rack} has no id in allocations.yaml yet")
    for team, read in source.teams.items():
        if team not in allocated.teams:
            yield in_file(read.document, ("team",), f"team {team} has no namespace in allocations.yaml yet")
    place = CellRacks(cell.file.racks, cell.file.network.host_ports, definitions.hosts_in_racks)
    for cluster in source.clusters:
        allocation, settings = allocated.clusters.get(cluster.key), definitions.settings.get(cluster.key)
        if allocation is None and cluster.file.state is not ClusterState.RELEASED:
            yield in_cluster(cluster, (), f"cluster {cluster.key} has no names and ports in allocations.yaml yet")
        if (
            allocation
            and settings
            and (
                lacks_racks(allocation, place.racks_of(settings.pool), settings.racks)
                or any(lacks_devices(allocation.devices, namespace) for namespace in settings.namespaces)
            )
        ):
            message = f"cluster {cluster.key} needs racks or devices that allocations.yaml does not have yet"
            yield in_cluster(cluster, (), message)


def lacks_racks(allocation: ClusterAllocation, usable: tuple[str, ...], wanted: int) -> bool:
    """Return whether `generate` has racks to add; too few racks are findings of ``rack-count`` and ``rack-pool``."""
    return len(racks_in_use(allocation.racks, usable, wanted)) < min(wanted, len(usable))


def lacks_devices(allocated: Mapping[str, tuple[object, ...]], namespace: NamespaceSettings) -> bool:
    """Return whether the namespace needs more devices than are allocated. ``allocated``: namespace → its devices."""
    if namespace.devices is None or namespace.storage is not StorageKind.DEVICE:
        return False
    return len(allocated.get(namespace.name, ())) < namespace.devices.count


@rule(
    "state-skipped",
    scope="cell",
    severity="error",
    source="Platform rule: docs/how-to/end-a-cluster.md",
    can_render=True,
)
def state_skipped(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A cluster skips a step of its end."""
    source = definitions.source
    if source.allocations is None:
        return
    for cluster in source.clusters:
        allocation, state = source.allocations.file.clusters.get(cluster.key), cluster.file.state
        if allocation is not None and next_state(allocation.state, state) is not state:
            following = ORDER[ORDER.index(allocation.state) + 1].value
            message = f"goes from {allocation.state.value} to {state.value} in one change"
            remedy = f"write `state: {following}` first; `aerofleet generate` records it in allocations.yaml"
            yield in_cluster(cluster, ("state",), message, remedy)


@rule(
    "cluster-abandoned",
    scope="cell",
    severity="error",
    source="Platform rule: docs/how-to/end-a-cluster.md",
    can_render=True,
)
def cluster_abandoned(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A cluster was deleted from its team's file without the steps of its end."""
    allocations = definitions.source.allocations
    if allocations is None:
        return
    for key in abandoned_clusters(definitions.source):
        state = allocations.file.clusters[key].state.value
        message = f"cluster {key} is in no team file, and its end was skipped: it is still `{state}`"
        remedy = (
            "put it back, and end it step by step: retiring, unprotected, deleted, released; if it was never applied "
            f"to a Kubernetes cluster: `aerofleet generate --forget {key}`"
        )
        yield in_file(allocations.document, ("clusters", key), message, remedy)


def abandoned_clusters(source: CellSource) -> list[str]:
    """Return the clusters (TEAM/CLUSTER) that have an allocation and are in no team file; none of a team whose file
    can't be read.
    """
    if source.allocations is None:
        return []
    defined = {cluster_key(team, name) for team, read in source.teams.items() for name in read.file.clusters}
    return [key for key in source.allocations.file.clusters if key not in defined and team_of(key) not in source.unread]


@rule(
    "allocation-rack",
    scope="cell",
    severity="error",
    source=(
        "Platform rule: docs/reference/definitions.md; AKO 4.5.0, pkg/validation/validate.go:"
        " validateNetworkPortUpdate; AKO 4.5.0, internal/controller/cluster/rack.go: getRacksToDelete"
    ),
)
def allocation_rack(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A cluster has an allocated rack without an id."""
    allocations = definitions.source.allocations
    if allocations is None:
        return
    racks = allocations.file.racks
    for key, allocation in allocations.file.clusters.items():
        for index, rack in enumerate(allocation.racks):
            if rack not in racks:
                message = f"{key} has the rack '{rack}', which has no id"
                yield in_file(allocations.document, ("clusters", key, "racks", index), message, nearest(rack, racks))


@rule(
    "allocation-clash",
    scope="cell",
    severity="error",
    remedy=f"take the newer one out; {GENERATE}",
    source=(
        "Platform rule: docs/reference/definitions.md; AKO 4.5.0, pkg/validation/validate.go:"
        " validateNetworkPortUpdate; AKO 4.5.0, internal/controller/cluster/rack.go: getRacksToDelete"
    ),
)
def allocation_clash(definitions: Definitions) -> Iterator[LocatedProblem]:
    """`allocations.yaml` allocates a name, a port or a device to two owners, by hand or by a merge of two branches."""
    source = definitions.source
    if source.allocations is None:
        return
    host_ports = source.cell is not None and source.cell.file.network.host_ports
    first: dict[tuple[str, object], str] = {}
    for kind, value, owner, path in unique_values(source.allocations.file, host_ports=host_ports):
        other = first.setdefault((kind, value), owner)
        if other != owner:
            yield in_file(source.allocations.document, path, f"{owner} and {other} have the same {kind}")


def unique_values(file: AllocationsFile, *, host_ports: bool) -> Iterator[tuple[str, object, str, Path]]:
    """Yield (kind, value, owner, path) of every value that may be allocated only once.

    ``host_ports``: the pods open ports of their hosts.
    """
    for rack, number in file.racks.items():
        yield "rack id", number, f"rack {rack}", ("racks", rack)
    for team, allocated in file.teams.items():
        yield "namespace", allocated.namespace, f"team {team}", ("teams", team, "namespace")
    for key, allocation in file.clusters.items():
        team = team_of(key)
        path = ("clusters", key)
        yield "resource", (team, allocation.resource), key, (*path, "resource")
        yield "tlsName", allocation.tls_name, key, (*path, "tlsName")
        if host_ports:
            yield "ports", allocation.ports.first // PORTS_PER_CLUSTER, key, (*path, "ports", "first")
        for index, rack in enumerate(allocation.racks):
            yield "rack", (key, rack), f"{key}: racks[{index}]", (*path, "racks", index)
        for namespace, devices in allocation.devices.items():
            for index, device in enumerate(devices):
                owner, at = f"{key}: {namespace}[{index}]", (*path, "devices", namespace, index)
                yield "volume", (key, device.volume), owner, (*at, "volume")
                yield "path", (key, device.path), owner, (*at, "path")


@rule(
    "namespace-reserved",
    scope="cell",
    severity="error",
    remedy="give the platform's another name in cell.yaml, or call the team otherwise",
    source="Kubernetes 1.35, its own namespaces; Platform rule: docs/how-to/give-a-team-more.md",
)
def namespace_reserved(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A team has a Kubernetes namespace of the platform: the team would get access to it, and its quota would apply
    there.
    """
    source = definitions.source
    if source.cell is None or source.allocations is None:
        return
    cell = source.cell.file
    platform = {
        **dict.fromkeys(KUBERNETES_NAMESPACES, "Kubernetes"),
        cell.monitoring.rules_namespace: "the alert rules",
        cell.monitoring.namespace: "the monitoring",
        cell.operator.namespace: "the operator",
    }
    for team, allocated in source.allocations.file.teams.items():
        owner = platform.get(allocated.namespace)
        if owner is not None:
            message = f"team {team} has the namespace of {owner}"
            yield in_file(source.allocations.document, ("teams", team, "namespace"), message)


RULES = rules_in(globals())
