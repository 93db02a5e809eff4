"""Find storage settings that the kind of storage does not use, and volumes that a pool does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aerofleet.files.choices import StorageKind
from aerofleet.files.metal import PoolEntry
from aerofleet.files.settings import Settings
from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.checks.definitions import Definitions, has, in_cluster, in_layer
from aerofleet.fleet.checks.racks import clusters_on_pools
from aerofleet.fleet.pool_members import pool_models
from aerofleet.settings.layers import DEFAULTS
from aerofleet.settings.merge import Path, is_named_list
from aerofleet.settings.source import CellSource, ClusterDefinition
from aerofleet.units.amount import amount

OF_OTHER_STORAGE = {StorageKind.DEVICE: "dataSize", StorageKind.MEMORY: "devices"}
"""Kind of storage → the setting that only the other kind uses."""


@rule(
    "storage-unused",
    scope="cell",
    severity="error",
    source="Aerospike configuration schemas, 6.0 to 8.2: storage-engine",
    can_render=True,
)
def storage_unused(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A namespace has a setting that only the other kind of storage uses: the owner believes that it applies.

    A tier may have both settings, for clusters that choose.
    """
    for cluster, settings in definitions.clusters():
        storages = {namespace.name: namespace.storage for namespace in settings.namespaces}
        listed = cluster.file.settings.get("namespaces")
        named = enumerate(listed) if is_named_list(listed) else ()
        entries: list[tuple[Path, Mapping[str, Any], StorageKind | None]]
        entries = [(("namespaces", index), entry, storages.get(entry["name"])) for index, entry in named]
        defaults = cluster.file.settings.get(DEFAULTS)
        if isinstance(defaults, Mapping) and len(set(storages.values())) == 1:
            entries.append(((DEFAULTS,), defaults, next(iter(storages.values()))))
        for path, entry, storage in entries:
            setting = OF_OTHER_STORAGE.get(storage) if storage else None
            if storage and setting and entry.get(setting) is not None:
                message = f"{setting} has no effect: the namespace has storage: {storage.value}"
                remedy = f"take {setting} out, or choose the other storage"
                yield in_cluster(cluster, (*path, setting), message, remedy)


@rule(
    "pool-storage",
    scope="cell",
    severity="error",
    source="Kubernetes 1.35, binding of volume claims: class, mode and size",
    can_render=True,
)
def pool_storage(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A cluster wants a volume that no host of its pool has: the claim waits for ever, and its pod with it.

    A storage class that no pool makes comes from elsewhere, and so do the volumes of a pool that makes none.
    """
    source = definitions.source
    for cluster, settings in clusters_on_pools(definitions):
        assert source.pools  # noqa: S101
        pools = source.pools.file.pools
        if pools[settings.pool].provisioner == "existing":
            continue
        wanted, is_met = list(wanted_volumes(settings)), True
        for volume in wanted:
            makers = [name for name, pool in pools.items() if volume.storage_class in classes(pool)]
            mistake = unmet(settings.pool, pools[settings.pool], makers, volume) if makers else None
            if mistake is not None:
                is_met = False
                key, message, remedy = mistake
                path = written_path(cluster, settings, (*volume.path, key))
                yield in_layer(source, cluster, path, message, remedy)
        for path, message, remedy in too_many(source, settings.pool, wanted) if is_met else ():
            yield in_layer(source, cluster, written_path(cluster, settings, path), message, remedy)


@dataclass(frozen=True, slots=True)
class WantedVolume:
    """``count`` equal volumes of each pod, and the path of their setting."""

    path: Path
    storage_class: str
    mode: str
    size_bytes: int
    count: int = 1


def wanted_volumes(settings: Settings) -> Iterator[WantedVolume]:
    """Yield the volumes that a pool has to have for each pod."""
    work = settings.work_directory
    yield WantedVolume(("workDirectory",), work.storage_class, "Filesystem", work.size)
    for index, namespace in enumerate(settings.namespaces):
        devices = namespace.devices
        if devices is not None and namespace.storage is StorageKind.DEVICE:
            path: Path = ("namespaces", index, "devices")
            yield WantedVolume(path, devices.storage_class, "Block", devices.size, devices.count)
    for index, extra in enumerate(settings.extra_volumes):
        claim = extra.persistent_volume
        if claim is not None:
            path = ("extraVolumes", index, "persistentVolume")
            yield WantedVolume(path, claim.storage_class, "Filesystem", claim.size)


def unmet(name: str, pool: PoolEntry, makers: list[str], volume: WantedVolume) -> tuple[str, str, str] | None:
    """Return the key of the setting that no partition of the pool meets, with message and remedy; None if one meets
    all. ``makers``: the pools with partitions of the volume's storage class.
    """
    storage_class, mode = volume.storage_class, volume.mode
    modes = {partition.mode for partition in pool.partitions if partition.storage_class == storage_class}
    if not modes:
        remedy = f"a storage class of pool {name}: {', '.join(classes(pool)) or 'it has none'}"
        message = f"pool {name} has no partitions of storage class '{storage_class}', as {', '.join(makers)} has"
        return "storageClass", f"{message}: the pods would wait for ever", remedy
    if mode not in modes:
        message = f"needs mode: {mode}, and storage class '{storage_class}' of pool {name} has {', '.join(modes)}"
        return "storageClass", f"{message}: the pods would wait for ever", f"a storage class with mode: {mode}"
    sizes = (part.size for part in pool.partitions if (part.storage_class, part.mode) == (storage_class, mode))
    largest = max(sizes)
    if volume.size_bytes <= largest:
        return None
    message = f"is {amount(volume.size_bytes, 'B')}, and a partition of storage class '{storage_class}' in pool {name} "
    message += f"has {amount(largest, 'B')}: the pods would wait for ever"
    return "size", message, f"{amount(largest, 'B')} at most, or larger partitions"


def too_many(source: CellSource, name: str, wanted: list[WantedVolume]) -> Iterator[tuple[Path, str, str]]:
    """Yield path, message and remedy where a pod wants more volumes of one kind than a host of the pool has.

    Volumes that are smaller than the pod's smallest claim of that kind don't count.
    """
    assert source.hosts and source.pools  # noqa: S101
    pool, file = source.pools.file.pools[name], source.hosts.file
    models = (file.models.get(model) for model in pool_models(pool, file.hosts))
    drives = max((sum(drive.count for drive in model.drives) for model in models if model), default=0)
    kinds: dict[tuple[str, str], list[WantedVolume]] = {}
    for volume in wanted:
        kinds.setdefault((volume.storage_class, volume.mode), []).append(volume)
    for (storage_class, mode), volumes in kinds.items():
        asked, smallest = sum(volume.count for volume in volumes), min(volume.size_bytes for volume in volumes)
        parts = [part for part in pool.partitions if (part.storage_class, part.mode) == (storage_class, mode)]
        there = drives * sum(part.count for part in parts if part.size >= smallest)
        if parts and asked > there:
            largest = max(volumes, key=lambda volume: volume.count)
            path = (*largest.path, "count") if largest.path[-1] == "devices" else largest.path
            message = f"a pod claims {asked} volumes of storage class '{storage_class}', and a host of pool {name} has "
            message += f"{there}: the pods would wait for ever"
            yield path, message, f"{there} at most, or more partitions in pools.yaml"


def classes(pool: PoolEntry) -> list[str]:
    """Return the storage classes that the partitions of a pool make."""
    return list(dict.fromkeys(partition.storage_class for partition in pool.partitions))


def written_path(cluster: ClusterDefinition, settings: Settings, path: Path) -> Path:
    """Return the path of a setting in the files: a namespace has it in the cluster's own entry, or in the defaults."""
    if path[0] != "namespaces":
        return path
    name, inner = settings.namespaces[int(path[1])].name, path[2:]
    listed = cluster.file.settings.get("namespaces")
    for index, entry in enumerate(listed if is_named_list(listed) else ()):
        if entry["name"] == name and has(entry, inner):
            return ("namespaces", index, *inner)
    return (DEFAULTS, *inner)


RULES = rules_in(globals())
