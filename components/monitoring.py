"""Alert rules of a cell; the PodMonitor of a cluster belongs to the cluster."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from aerofleet.manifests.rendered import Object
from components.kubernetes_object import make_in_order


@dataclass(frozen=True)
class MonitoringArgs:
    """``after``: the resource that has to exist first."""

    objects: tuple[Object, ...]
    after: pulumi.Resource | None = None


class Monitoring(pulumi.ComponentResource):
    """Alert rules. ``last``: the object that depends on all others."""

    last: pulumi.Resource | None

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aerofleet:index:Monitoring", name, {}, opts)
        self.last = make_in_order(args.objects, self, after=args.after)
        self.register_outputs({})
