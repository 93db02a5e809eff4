"""Alert rules of a cell; the PodMonitor of a cluster belongs to the cluster."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from aerofleet.manifests.rendered import Object
from components.kubernetes_object import make_objects


@dataclass(frozen=True)
class MonitoringArgs:
    objects: tuple[Object, ...]


class Monitoring(pulumi.ComponentResource):
    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aerofleet:index:Monitoring", name, {}, opts)
        make_objects(args.objects, self)
        self.register_outputs({})
