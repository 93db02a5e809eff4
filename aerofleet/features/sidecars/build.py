"""Further containers and volumes of each pod, in AKO's form."""

from __future__ import annotations

from typing import Any

from aerofleet.files.cluster.sidecars import ExtraVolumeSettings, SidecarSettings
from aerofleet.files.settings import Settings
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.containers import guaranteed
from aerofleet.units.kubernetes_quantity import kubernetes_bytes

SERVER = "aerospike-server"
"""The server's container; AKO 4.5.0 names it."""


def spec(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    settings = cluster.settings
    part: dict[str, Any] = {}
    if settings.sidecars:
        part["podSpec"] = {"sidecars": [container(sidecar) for sidecar in settings.sidecars]}
    if settings.extra_volumes:
        part["storage"] = {"volumes": [volume(extra) for extra in settings.extra_volumes]}
        claims = (extra.persistent_volume for extra in settings.extra_volumes if extra.persistent_volume)
        local = {claim.storage_class for claim in claims} & local_classes(cell)
        further = sorted(local.difference(cluster.local_storage_classes))
        if further:
            part["storage"]["localStorageClasses"] = further
    return part


def local_classes(cell: Cell) -> set[str]:
    """Return the storage classes of the drives of the cell's hosts. AKO deletes a claim of such a class when its pod
    has to leave a blocked host; no other class may be among them.
    """
    return {partition.storage_class for pool in cell.pools for partition in pool.partitions}


def server_files(settings: Settings) -> tuple[str, ...]:
    paths = (extra.mounts.get(SERVER) for extra in settings.extra_volumes)
    return tuple(f"{path.rstrip('/')}/" for path in paths if path)


def container(sidecar: SidecarSettings) -> dict[str, Any]:
    built: dict[str, Any] = {
        "name": sidecar.name,
        "image": sidecar.image,
        "resources": guaranteed(sidecar.cpu, sidecar.memory),
    }
    if sidecar.command:
        built["command"] = list(sidecar.command)
    if sidecar.args:
        built["args"] = list(sidecar.args)
    if sidecar.env:
        built["env"] = [{"name": name, "value": value} for name, value in sidecar.env.items()]
    return built


def volume(extra: ExtraVolumeSettings) -> dict[str, Any]:
    """Return the volume with its attachments. AKO 4.5.0 counts mount options of the server's attachment for hostPath
    only, and warns about all others.
    """
    read_only = {"mountOptions": {"readOnly": True}} if extra.read_only else {}
    built: dict[str, Any] = {"name": extra.name, "source": source(extra)}
    if SERVER in extra.mounts:
        built["aerospike"] = {"path": extra.mounts[SERVER], **(read_only if extra.host_path else {})}
    sidecars = [
        {"containerName": name, "path": path, **read_only} for name, path in extra.mounts.items() if name != SERVER
    ]
    if sidecars:
        built["sidecars"] = sidecars
    return built


def source(extra: ExtraVolumeSettings) -> dict[str, Any]:
    if extra.empty_dir:
        return {"emptyDir": {"sizeLimit": kubernetes_bytes(extra.empty_dir.size_limit)}}
    if extra.secret:
        return {"secret": {"secretName": extra.secret}}
    if extra.config_map:
        return {"configMap": {"name": extra.config_map}}
    if extra.persistent_volume:
        claim = extra.persistent_volume
        return {
            "persistentVolume": {
                "storageClass": claim.storage_class,
                "volumeMode": "Filesystem",
                "size": kubernetes_bytes(claim.size),
            }
        }
    return {"hostPath": {"path": extra.host_path}}
