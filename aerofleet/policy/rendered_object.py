"""One rendered object as the policies see it, in `check` and in the engine's pack alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aerofleet.ako.cluster import Cluster, cluster_of
from aerofleet.ako.config import entries, section
from aerofleet.files.cell import CellFile
from aerofleet.findings import Subject
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.cluster_key import cluster_key
from aerofleet.units.field_path import dotted
from aerofleet.units.object_identity import kind_of, label_of, owner_of

Object = dict[str, Any]
Place = tuple[str | int, ...]

POD_TEMPLATES: dict[str, Place] = {
    "DaemonSet": ("spec", "template", "spec"),
    "Deployment": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "Pod": ("spec",),
}
"""Kind → the place of its pods' spec."""


@dataclass(frozen=True)
class RenderedObject:
    """``cell``: the definition of its cell. ``read``: the object as the operator reads it, where somebody has it."""

    cell: CellFile
    written: Object
    read: Cluster | None = None

    @cached_property
    def cluster(self) -> Cluster | None:
        """The AerospikeCluster after the operator's defaulting; None for any other object."""
        if self.read is None and is_cluster(self.written):
            return cluster_of(self.written, self.cell.operator.version)
        return self.read

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        """The cluster; empty for any other object, and for a cluster that the operator can't read."""
        return (self.cluster,) if self.cluster and self.cluster.racks else ()

    @property
    def subject(self) -> Subject:
        """TEAM/CLUSTER of a cluster that this project renders; else kind, namespace and name."""
        owner = owner_of(self.written)
        if is_cluster(self.written) and all(owner):
            return Subject("cluster", cluster_key(*owner))
        return Subject("object", label_of(self.written))

    def images(self) -> Iterator[tuple[str, str]]:
        """Yield (path, reference) of every image that the object names."""
        if is_cluster(self.written):
            spec = section(self.written, "spec")
            if isinstance(spec.get("image"), str):
                yield "spec.image", spec["image"]
            place: Place = ("spec", "podSpec")
            init = section(spec, "podSpec", "aerospikeInitContainer")
            parts = (init.get(key) for key in ("imageRegistry", "imageRegistryNamespace", "imageNameAndTag"))
            image = "/".join(part for part in parts if isinstance(part, str) and part)
            if init.get("imageNameAndTag"):
                yield dotted((*place, "aerospikeInitContainer", "imageNameAndTag")), image
            containers = ("sidecars", "initContainers")
        else:
            place, containers = POD_TEMPLATES.get(kind_of(self.written), ()), ("containers", "initContainers")
        for key in containers if place else ():
            for index, container in enumerate(entries(section(self.written, *map(str, place)), key)):
                if isinstance(container.get("image"), str):
                    yield dotted((*place, key, index, "image")), container["image"]
