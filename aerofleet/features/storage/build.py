"""Persistent volumes of each pod, and the storage engine of each namespace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aerofleet.aerospike.parameters import known_names
from aerofleet.files.choices import StorageKind
from aerofleet.files.cluster.namespaces import NamespaceSettings
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster, Volume
from aerofleet.settings.free_maps import unreserved
from aerofleet.units.kubernetes_quantity import kubernetes_bytes


def spec(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    """Return the volumes, which outlive pods, custom resource and mistakes: no initialisation wipes them, no cascade
    deletes them.

    From ``localStorageClasses`` AKO knows the claims that are bound to a host: without it a pod that has to leave a
    blocked host stays pending for ever.
    """
    return {
        "storage": {
            "cleanupThreads": 1,
            "filesystemVolumePolicy": {"initMethod": "none", "cascadeDelete": False},
            "blockVolumePolicy": {"initMethod": "none", "cascadeDelete": False},
            "localStorageClasses": list(cluster.local_storage_classes),
            "volumes": [persistent(volume) for volume in cluster.volumes],
        },
        "aerospikeConfig": {
            "namespaces": [
                {"name": namespace.name, "storage-engine": engine(namespace, cluster.devices[namespace.name], version)}
                for version in (cluster.server_version,)
                for namespace in cluster.settings.namespaces
            ]
        },
    }


def persistent(volume: Volume) -> dict[str, Any]:
    return {
        "name": volume.name,
        "source": {
            "persistentVolume": {
                "storageClass": volume.storage_class,
                "volumeMode": volume.mode,
                "size": kubernetes_bytes(volume.bytes),
            }
        },
        "aerospike": {"path": volume.path},
    }


def engine(namespace: NamespaceSettings, devices: Sequence[str], version: str) -> dict[str, Any]:
    free = unreserved(namespace.storage_config, "namespaces.storage-engine", version)
    if namespace.storage is StorageKind.DEVICE:
        return {"type": "device", "devices": list(devices), **free}
    has_size = "data-size" in known_names(version, "namespaces.storage-engine")
    return {"type": "memory", **({"data-size": namespace.data_size} if has_size else {}), **free}
