"""Check the allocations: none is missing, no value is allocated twice, and none is dropped without its steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aerofleet.files.allocations import PORTS_PER_CLUSTER, AllocationsFile, ClusterAllocation
from aerofleet.files.choices import ClusterState, StorageKind
from aerofleet.files.cluster.namespaces import NamespaceSettings
from aerofleet.files.validation import nearest
from aerofleet.findings import Finding
from aerofleet.fleet.allocation import ORDER, Place, next_state, racks_in_use
from aerofleet.fleet.checks.finding import SettingsOf, finding
from aerofleet.fleet.pool_members import hosts_in_racks
from aerofleet.settings.merge import Path
from aerofleet.settings.source import CellSource
from aerofleet.units.cluster_key import cluster_key, team_of

KUBERNETES_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
GENERATE = "run `aerofleet generate` and commit what it writes"
RESTORE_OR_GENERATE = (
    "restore it from version control: with new ports and ids every cluster would be rebuilt; only for a cell that was "
    f"never applied, {GENERATE}"
)


def allocated(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find missing allocations, and clusters that skip a step of their end."""
    if source.cell is None or source.allocations is None:
        return
    given = source.allocations.file
    if source.allocations.document.data is None:
        message = "the file is missing: no cluster has ports, names and rack ids"
        yield finding("allocation-missing", source.allocations.document, (), message, RESTORE_OR_GENERATE)
        return
    place = Place(source.cell.file.racks, source.cell.file.network.host_ports, hosts_in_racks(source))
    for index, rack in enumerate(source.cell.file.racks):
        if rack not in given.racks:
            yield finding(
                "allocation-missing",
                source.cell.document,
                ("racks", index),
                f"rack {rack} has no id in allocations.yaml yet",
                GENERATE,
            )
    for team, read in source.teams.items():
        if team not in given.teams:
            yield finding(
                "allocation-missing",
                read.document,
                ("team",),
                f"team {team} has no namespace in allocations.yaml yet",
                GENERATE,
            )
    for cluster in source.clusters:
        allocation = given.clusters.get(cluster.key)
        resolved = settings.get(cluster.key)
        if allocation is None and cluster.file.state is ClusterState.RELEASED:
            continue
        if allocation is None:
            message = f"cluster {cluster.key} has no names and ports in allocations.yaml yet"
            yield finding("allocation-missing", cluster.document, cluster.place, message, GENERATE)
            continue
        if next_state(allocation.state, cluster.file.state) is not cluster.file.state:
            following = ORDER[ORDER.index(allocation.state) + 1].value
            message = f"goes from {allocation.state.value} to {cluster.file.state.value} in one change"
            yield finding(
                "state-skipped",
                cluster.document,
                (*cluster.place, "state"),
                message,
                f"write `state: {following}` first",
            )
        if resolved and (
            lacks_racks(allocation, place.racks_of(resolved.pool), resolved.racks)
            or any(lacks_devices(allocation.devices, space) for space in resolved.namespaces)
        ):
            message = f"cluster {cluster.key} needs racks or devices that allocations.yaml does not have yet"
            yield finding("allocation-missing", cluster.document, cluster.place, message, GENERATE)
    yield from abandoned(source)


def lacks_racks(allocation: ClusterAllocation, usable: tuple[str, ...], wanted: int) -> bool:
    """Return whether `generate` has racks to add; too few racks are findings of ``rack-count`` and ``rack-pool``."""
    return len(racks_in_use(allocation.racks, usable, wanted)) < min(wanted, len(usable))


def lacks_devices(given: Mapping[str, tuple[object, ...]], namespace: NamespaceSettings) -> bool:
    if namespace.devices is None or namespace.storage is not StorageKind.DEVICE:
        return False
    return len(given.get(namespace.name, ())) < namespace.devices.count


def abandoned(source: CellSource) -> Iterator[Finding]:
    """Find clusters that were deleted from their file without the steps of their end."""
    assert source.allocations is not None  # noqa: S101
    for key in abandoned_clusters(source):
        state = source.allocations.file.clusters[key].state.value
        message = f"cluster {key} is in no team file, and its end was left out (it is {state})"
        hint = (
            "put it back, and end it step by step: retiring, unprotected, deleted, released; if it was never applied "
            f"to a Kubernetes cluster: `aerofleet generate --forget {key}`"
        )
        yield finding("cluster-abandoned", source.allocations.document, ("clusters", key), message, hint)


def abandoned_clusters(source: CellSource) -> list[str]:
    """Return the clusters (TEAM/CLUSTER) that have an allocation and are in no team file; none of a team whose file
    can't be read.
    """
    if source.allocations is None:
        return []
    defined = {cluster_key(team, name) for team, read in source.teams.items() for name in read.file.clusters}
    return [key for key in source.allocations.file.clusters if key not in defined and team_of(key) not in source.unread]


def clashes(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find values that are allocated twice, by hand or by a merge of two branches."""
    if source.allocations is None:
        return
    file, document = source.allocations.file, source.allocations.document
    for key, allocation in file.clusters.items():
        for index, rack in enumerate(allocation.racks):
            if rack not in file.racks:
                message = f"{key} has the rack '{rack}', which has no id"
                hint = nearest(rack, file.racks)
                yield finding("allocation-rack", document, ("clusters", key, "racks", index), message, hint)
    host_ports = source.cell is not None and source.cell.file.network.host_ports
    first: dict[tuple[str, object], str] = {}
    for what, value, owner, place in given_values(file, host_ports=host_ports):
        other = first.setdefault((what, value), owner)
        if other != owner:
            message = f"{owner} and {other} have the same {what}"
            hint = f"take the newer one out; {GENERATE}"
            yield finding("allocation-clash", document, place, message, hint)


def reserved(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find teams whose namespace is the platform's own: they would get access to it, and their quota would
    apply there.
    """
    if source.cell is None or source.allocations is None:
        return
    cell = source.cell.file
    platform = {
        **dict.fromkeys(KUBERNETES_NAMESPACES, "Kubernetes"),
        cell.monitoring.rules_namespace: "the alert rules",
        cell.monitoring.namespace: "the monitoring",
        cell.operator.namespace: "the operator",
    }
    for team, given in source.allocations.file.teams.items():
        owner = platform.get(given.namespace)
        if owner is not None:
            message = f"team {team} has the namespace of {owner}"
            place = ("teams", team, "namespace")
            hint = "give the platform's another name in cell.yaml, or call the team otherwise"
            yield finding("namespace-reserved", source.allocations.document, place, message, hint)


def given_values(file: AllocationsFile, *, host_ports: bool) -> Iterator[tuple[str, object, str, Path]]:
    """Yield (kind, value, owner, path) of every value that may be allocated only once."""
    for rack, number in file.racks.items():
        yield "rack id", number, f"rack {rack}", ("racks", rack)
    for team, given in file.teams.items():
        yield "namespace", given.namespace, f"team {team}", ("teams", team, "namespace")
    for key, allocation in file.clusters.items():
        team = team_of(key)
        place = ("clusters", key)
        yield "resource", (team, allocation.resource), key, (*place, "resource")
        yield "tlsName", allocation.tls_name, key, (*place, "tlsName")
        if host_ports:
            yield "ports", allocation.ports.first // PORTS_PER_CLUSTER, key, (*place, "ports", "first")
        for index, rack in enumerate(allocation.racks):
            yield "rack", (key, rack), f"{key}: racks[{index}]", (*place, "racks", index)
        for namespace, devices in allocation.devices.items():
            for index, device in enumerate(devices):
                owner, at = f"{key}: {namespace}[{index}]", (*place, "devices", namespace, index)
                yield "volume", (key, device.volume), owner, (*at, "volume")
                yield "path", (key, device.path), owner, (*at, "path")
