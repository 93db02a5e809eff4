"""The hosts of a pool; only this module reads a pool's selectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aerofleet.files.choices import HostState
from aerofleet.files.metal import HostEntry, PoolEntry
from aerofleet.settings.source import CellSource

BY_MODEL, BY_RACK, BY_LABEL, BY_NAME = range(4)
"""Ranks of selectors, the widest first. A host that several pools select belongs to the pool with the narrowest
selector, so that one line takes a dedicated pool out of the hosts of a model.
"""


def pool_members(pools: Mapping[str, PoolEntry], hosts: Mapping[str, HostEntry]) -> dict[str, tuple[str, ...]]:
    """Return pool → names of its hosts, in the order of ``hosts``.

    Two pools that select a host equally narrowly both have it; the rule ``host-pools`` refuses that.
    """
    members: dict[str, list[str]] = {pool: [] for pool in pools}
    for name, host in hosts.items():
        ranks = {pool: rank for pool, file in pools.items() for rank in _ranks(file, name, host)}
        narrowest = max(ranks.values(), default=None)
        for pool, rank in ranks.items():
            if rank == narrowest:
                members[pool].append(name)
    return {pool: tuple(names) for pool, names in members.items()}


def _ranks(pool: PoolEntry, name: str, host: HostEntry) -> Iterator[int]:
    """Yield how narrowly the pool selects the host; nothing where it does not."""
    if name in pool.hosts:
        yield BY_NAME
    elif (
        (pool.models or pool.racks or pool.host_labels)
        and (not pool.models or host.model in pool.models)
        and (not pool.racks or host.rack in pool.racks)
        and pool.host_labels.items() <= host.labels.items()
    ):
        yield BY_LABEL if pool.host_labels else BY_RACK if pool.racks else BY_MODEL


def pool_models(pool: PoolEntry, hosts: Mapping[str, HostEntry]) -> set[str]:
    """Return the hardware models of a pool: those it names, and those of its single hosts.

    Only a pool that names no model has those of the hosts it selects: elsewhere a host that comes or goes must not
    change the size of a cluster.
    """
    models = {*pool.models, *(hosts[name].model for name in pool.hosts if name in hosts)}
    if pool.models or not (pool.racks or pool.host_labels):
        return models
    return models | {host.model for name, host in hosts.items() if any(True for _ in _ranks(pool, name, host))}


def hosts_in_racks(source: CellSource) -> dict[str, dict[str, int]]:
    """Return pool → rack → how many of the pool's hosts in it exist now.

    A rack with only absent hosts has 0: its hosts come back. Empty if a file could not be read.
    """
    if not (source.hosts and source.pools):
        return {}
    hosts = source.hosts.file.hosts
    counts: dict[str, dict[str, int]] = {}
    for pool, names in pool_members(source.pools.file.pools, hosts).items():
        counts[pool] = {}
        for name in names:
            rack = hosts[name].rack
            counts[pool][rack] = counts[pool].get(rack, 0) + (hosts[name].state is not HostState.ABSENT)
    return counts


def usable_racks(source: CellSource, pool: str) -> tuple[str, ...]:
    """Return the racks of the cell in which the pool has hosts, in the cell's order; all racks if the hosts are
    unknown.
    """
    racks = source.cell.file.racks if source.cell else ()
    counts = hosts_in_racks(source).get(pool)
    return racks if counts is None else tuple(rack for rack in racks if rack in counts)
