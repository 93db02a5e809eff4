"""Storage classes over the drives of a cell's pools."""

from __future__ import annotations

from typing import Any

from aerofleet.fleet.cell import Cell
from aerofleet.fleet.metadata import cell_metadata


def storage_classes(cell: Cell) -> list[dict[str, Any]]:
    """Return the storage class of each partition of the pools. ``Retain``: a deleted claim never wipes a partition."""
    names = {
        partition.storage_class
        for pool in cell.pools
        if pool.provisioner != "existing"
        for partition in pool.partitions
    }
    return [
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": cell_metadata(cell, name),
            "provisioner": "kubernetes.io/no-provisioner",
            "reclaimPolicy": "Retain",
            # A claim is bound after the placement of its pod; an earlier one would tie the pod to an arbitrary host.
            "volumeBindingMode": "WaitForFirstConsumer",
        }
        for name in sorted(names)
    ]
