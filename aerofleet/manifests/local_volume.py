"""PersistentVolumes written out one by one, for pools that ask for it instead of a provisioner."""

from __future__ import annotations

from typing import Any

from aerofleet.files.metal import Partition
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.metadata import cell_metadata
from aerofleet.fleet.metal import Host, Pool
from aerofleet.units.kubernetes_quantity import kubernetes_bytes
from aerofleet.units.names import MAX_LABEL, bounded

HOST_NAME_LABEL = "kubernetes.io/hostname"


def local_volumes(cell: Cell, pool: Pool) -> list[dict[str, Any]]:
    """Return a volume for each partition of each host, also of absent hosts: a host that is away still has its data."""
    if pool.provisioner != "explicit":
        return []
    return [
        local_volume(cell, host, partition, number)
        for host in pool.hosts
        for partition in pool.partitions
        for number in range(partition.count * sum(drive.count for drive in host.model.drives))
    ]


def local_volume(cell: Cell, host: Host, partition: Partition, number: int) -> dict[str, Any]:
    """Return one volume. ``number`` counts the partitions of a class on a host from 0 and replaces the ``*`` of the
    glob.
    """
    name = bounded(f"{host.name}-{partition.storage_class}-{number}", MAX_LABEL)
    here = {"matchExpressions": [{"key": HOST_NAME_LABEL, "operator": "In", "values": [host.name]}]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": cell_metadata(cell, name),
        "spec": {
            "capacity": {"storage": kubernetes_bytes(partition.size)},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": partition.storage_class,
            "volumeMode": partition.mode,
            "local": {"path": partition.device_glob.replace("*", str(number))},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [here]}},
        },
    }
