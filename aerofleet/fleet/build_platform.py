"""Build the parts of a cell that are not clusters: hosts, pools, tenants, and the values of `cell.yaml`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aerofleet.files.cell import CellFile, MonitoringFile
from aerofleet.files.metal import HostModelFile, HostsFile, PoolFile, PoolsFile
from aerofleet.files.tenants import TenantFile
from aerofleet.fleet.metal import Drive, Host, HostModel, Partition, Pool, Taint
from aerofleet.fleet.platform import FreezeWindow, Images, Monitoring, Operator, SecretStore, Seeds
from aerofleet.fleet.pool_members import pool_members
from aerofleet.fleet.tenants import Quota, Tenant
from aerofleet.units.json_value import Json


def build_hosts(file: HostsFile) -> tuple[Host, ...]:
    models = {name: build_host_model(name, model) for name, model in file.models.items()}
    return tuple(
        Host(name, models[host.model], host.rack, host.state, host.address, host.alternate_address)
        for name, host in sorted(file.hosts.items())
    )


def build_host_model(name: str, file: HostModelFile) -> HostModel:
    drives = tuple(Drive(drive.count, drive.size, drive.dwpd, drive.act) for drive in file.drives)
    return HostModel(name, file.sockets, file.cores, file.numa, file.memory, file.network, drives, file.price_per_month)


def build_pools(file: PoolsFile, hosts_file: HostsFile, hosts: tuple[Host, ...]) -> tuple[Pool, ...]:
    by_name = {host.name: host for host in hosts}
    members = pool_members(file.pools, hosts_file.hosts)
    return tuple(
        build_pool(name, pool, tuple(by_name[host] for host in sorted(members[name])))
        for name, pool in file.pools.items()
    )


def build_pool(name: str, file: PoolFile, hosts: tuple[Host, ...]) -> Pool:
    return Pool(
        name=name,
        hosts=hosts,
        labels=file.labels,
        taints=tuple(Taint(taint.key, taint.value, taint.effect) for taint in file.taints),
        takes_over_taints=file.take_over_taints,
        sysctls=file.tuning.sysctls if file.tuning else {},
        transparent_huge_pages=file.tuning.transparent_huge_pages if file.tuning else "",
        partitions=tuple(
            Partition(partition.storage_class, partition.mode, partition.count, partition.size, partition.device_glob)
            for partition in file.partitions
        ),
        provisioner=file.provisioner,
    )


def build_tenant(team: str, file: TenantFile) -> Tenant:
    quota = file.quota
    return Tenant(
        team=team,
        quota=Quota(quota.clusters, quota.pods, quota.memory, quota.cpu, quota.storage),
        tiers=file.tiers,
        pools=file.pools,
        client_cidrs=file.client_cidrs,
        client_namespaces=file.client_namespaces,
        groups=file.groups,
        cost_centre=file.cost_centre,
        overridable=file.overridable,
    )


def platform_parts(file: CellFile, of_operator: Sequence[Json], of_cert_manager: Sequence[Json]) -> dict[str, Any]:
    """Return the keyword arguments of ``resolved.Cell`` from cell.yaml and from the pinned manifests."""
    operator = file.operator
    return {
        "name": file.cell,
        "site": file.site,
        "context": file.context,
        "ephemeral": file.ephemeral,
        "kubernetes_version": file.kubernetes,
        "network_profile": file.network,
        "racks": file.racks,
        "operator": Operator(
            operator.version,
            operator.namespace,
            operator.phase,
            operator.source,
            operator.replicas,
            tuple(of_operator),
            operator.previous_version,
            operator.release_order,
        ),
        "images": Images(file.images.provisioner, file.images.tuning, file.images.pause),
        "cert_manager": tuple(of_cert_manager),
        "secret_store": SecretStore(file.secret_store.kind, file.secret_store.store, file.secret_store.path_prefix),
        "monitoring": monitoring(file.monitoring),
        "seeds": Seeds(file.seeds.annotations) if file.seeds else None,
        "freeze_windows": tuple(
            FreezeWindow(window.name, window.start.isoformat(), window.end.isoformat())
            for window in file.freeze_windows
        ),
        "groups": tuple(file.groups),
    }


def monitoring(file: MonitoringFile) -> Monitoring:
    return Monitoring(file.pod_monitors, file.labels, file.scrape_interval, file.namespace, file.rules_namespace)
