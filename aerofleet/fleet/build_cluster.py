"""Build one resolved cluster from its settings and its allocation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aerofleet.files.allocations import ClusterAllocation, DeviceAllocation
from aerofleet.files.cell import CellFile
from aerofleet.files.choices import StorageKind
from aerofleet.files.cluster.namespaces import NamespaceSettings
from aerofleet.files.settings import Settings
from aerofleet.files.tenants import Tenant
from aerofleet.fleet.allocation import ports_of, racks_in_use
from aerofleet.fleet.cluster import Cluster, ClusterRack, SecretReference, Tier, Tls, User, Volume
from aerofleet.fleet.metal import Pool
from aerofleet.settings.source import ClusterDefinition
from aerofleet.units.names import (
    FEATURE_KEY_FILE,
    FEATURE_KEY_SECRET,
    POOL_LABEL,
    PULL_SECRET,
    PULL_SECRET_FILE,
    tls_secret,
    user_secret,
)
from aerofleet.units.version import numbers

ADMIN_USER, EXPORTER_USER = "admin", "exporter"
ADMIN_ROLES = ("sys-admin", "user-admin")
"""The roles of the user as which AKO 4.5.0 logs in; without it no cluster with access control starts."""
ADMIN_PORT_SINCE = (8, 1)


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of a cluster. ``racks``: physical rack → Aerospike rack id; ``usable_racks``: the cell's racks
    with hosts of the cluster's pool.
    """

    cell: CellFile
    tenant: Tenant
    namespace: str
    pool: Pool
    racks: Mapping[str, int]
    usable_racks: tuple[str, ...]
    paused: bool


def build_cluster(
    written: ClusterDefinition, tier: Tier, settings: Settings, allocation: ClusterAllocation, context: Context
) -> Cluster:
    """Build the resolved cluster; ``settings.size`` has to be a number."""
    cell, size = context.cell, int(settings.size) * settings.racks
    version = cell.server.version_of(settings.channel)
    users = build_users(settings, allocation)
    tls = Tls(allocation.tls_name, tls_secret(allocation.resource)) if settings.security.tls else None
    return Cluster(
        team=written.team,
        name=written.name,
        resource_name=allocation.resource,
        namespace=context.namespace,
        state=written.file.state,
        tier=tier,
        settings=settings,
        image=f"{cell.server.registry}/aerospike-server-enterprise:{version}",
        init_image=cell.server.init_image,
        server_version=version,
        size=size,
        min_cluster_size=min_cluster_size(settings.min_cluster_size, size),
        racks=tuple(
            ClusterRack(context.racks[rack], rack)
            for rack in racks_in_use(allocation.racks, context.usable_racks, settings.racks)
        ),
        volumes=build_volumes(settings, allocation),
        devices={
            namespace.name: tuple(device.path for device in devices_of(namespace, allocation))
            for namespace in settings.namespaces
        },
        ports=ports_of(allocation.ports, admin=numbers(version) >= ADMIN_PORT_SINCE),
        network_profile=cell.network,
        networks=cell.networks,
        users=users,
        tls=tls,
        secrets=secret_references(written, settings, users, tls, context),
        tolerations=context.pool.taints,
        node_selector={POOL_LABEL: settings.pool},
        client_cidrs=context.tenant.client_cidrs,
        client_namespaces=context.tenant.client_namespaces,
        paused=settings.paused or context.paused,
    )


def devices_of(settings: NamespaceSettings, allocation: ClusterAllocation) -> tuple[DeviceAllocation, ...]:
    count = settings.devices.count if settings.devices and settings.storage is StorageKind.DEVICE else 0
    return allocation.devices.get(settings.name, ())[:count]


def build_volumes(settings: Settings, allocation: ClusterAllocation) -> tuple[Volume, ...]:
    work = settings.work_directory
    volumes = [Volume("workdir", "/opt/aerospike", work.size, work.storage_class, "Filesystem")]
    for namespace in settings.namespaces:
        if namespace.devices is not None:
            volumes += [
                Volume(device.volume, device.path, namespace.devices.size, namespace.devices.storage_class, "Block")
                for device in devices_of(namespace, allocation)
            ]
    return tuple(volumes)


def build_users(settings: Settings, allocation: ClusterAllocation) -> tuple[User, ...]:
    """Build the users: the platform's own first, then those of the settings; none without access control."""
    if not settings.security.access_control:
        return ()

    def secret(user: str) -> str:
        return user_secret(allocation.resource, user, settings.passwords.get(user, 1))

    own = [User(ADMIN_USER, ADMIN_ROLES, secret(ADMIN_USER))]
    if settings.exporter is not None:
        # The exporter only logs in; it asks for statistics, which need no privilege.
        own.append(User(EXPORTER_USER, (), secret(EXPORTER_USER)))
    return (*own, *(User(user.name, user.roles, secret(user.name)) for user in settings.users))


def min_cluster_size(wanted: int | Literal["majority"] | None, nodes: int) -> int | None:
    """Return the least number of the ``nodes`` that may form a cluster: a majority of them, but never so many that a
    restart of one stops the others; None if any number may.
    """
    if wanted != "majority":
        return wanted
    return min(nodes // 2 + 1, nodes - 1) or None


def secret_references(
    written: ClusterDefinition, settings: Settings, users: Sequence[User], tls: Tls | None, context: Context
) -> tuple[SecretReference, ...]:
    """Return every Secret that the cluster reads, with its path in the cell's secret store."""
    store = context.cell.secret_store.path_prefix
    base = "/".join(part for part in (store, written.team, written.name) if part)
    site = "/".join(part for part in (store, "platform") if part)
    references = [SecretReference(FEATURE_KEY_SECRET, "feature-key", (FEATURE_KEY_FILE,), f"{site}/feature-key")]
    if context.cell.server.pull_secret:
        references.append(SecretReference(PULL_SECRET, "registry", (PULL_SECRET_FILE,), f"{site}/registry"))
    if tls:
        references.append(SecretReference(tls.secret, "tls", ("tls.crt", "tls.key", "ca.crt"), f"{base}/tls"))
    references += [
        SecretReference(
            user.secret,
            "exporter-password" if user.name == EXPORTER_USER else "user-password",
            ("password",),
            f"{base}/users/{user.name}" + generation_path(settings.passwords.get(user.name, 1)),
        )
        for user in users
    ]
    return tuple(references)


def generation_path(generation: int) -> str:
    """Return the part of a path for a generation; empty for the first, whose path never changes."""
    return f"/{generation}" if generation > 1 else ""
