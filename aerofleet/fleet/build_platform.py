"""Build the hosts and pools of a cell, and what the resolved cell takes from `cell.yaml`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aerofleet.files.cell import CellFile
from aerofleet.files.metal import HostsFile, PoolEntry, PoolsFile
from aerofleet.fleet.metal import Host, Pool
from aerofleet.fleet.pool_members import pool_members
from aerofleet.units.json_value import Json


def build_hosts(file: HostsFile) -> tuple[Host, ...]:
    return tuple(
        Host(name, host.model, file.models[host.model], host.rack, host.state, host.address, host.alternate_address)
        for name, host in sorted(file.hosts.items())
    )


def build_pools(file: PoolsFile, hosts_file: HostsFile, hosts: tuple[Host, ...]) -> tuple[Pool, ...]:
    by_name = {host.name: host for host in hosts}
    members = pool_members(file.pools, hosts_file.hosts)
    return tuple(
        build_pool(name, pool, tuple(by_name[host] for host in sorted(members[name])))
        for name, pool in file.pools.items()
    )


def build_pool(name: str, entry: PoolEntry, hosts: tuple[Host, ...]) -> Pool:
    return Pool(
        name=name,
        hosts=hosts,
        labels=entry.labels,
        taints=entry.taints,
        take_over_taints=entry.take_over_taints,
        tuning=entry.tuning,
        partitions=entry.partitions,
        provisioner=entry.provisioner,
    )


def platform_parts(
    file: CellFile, operator_objects: Sequence[Json], cert_manager_objects: Sequence[Json]
) -> dict[str, Any]:
    """Return the keyword arguments of ``Cell`` from cell.yaml and from the pinned manifests."""
    return {
        "name": file.cell,
        "site": file.site,
        "environment": file.environment,
        "context": file.context,
        "ephemeral": file.ephemeral,
        "kubernetes_version": file.kubernetes,
        "network_profile": file.network,
        "racks": file.racks,
        "operator": file.operator,
        "operator_objects": tuple(operator_objects),
        "cert_manager_objects": tuple(cert_manager_objects),
        "secret_store": file.secret_store,
        "images": file.images,
        "monitoring": file.monitoring,
        "seeds": file.seeds,
        "freeze_windows": file.freeze_windows,
        "groups": tuple(file.groups),
    }
