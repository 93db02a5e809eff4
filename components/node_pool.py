"""A pool of bare-metal hosts that already are Kubernetes nodes.

It does not own the nodes: it adds labels and annotations by Patch resources, and its own storage and tuning objects.
Taints are left to the tool that provisions the host, because the list is atomic: one written taint replaces all others.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from aerofleet.manifests.rendered import RenderedPool
from components.kubernetes_object import make_in_order, make_patches


@dataclass(frozen=True)
class BareMetalNodePoolArgs:
    """``after``: the resource that has to exist first."""

    pool: RenderedPool
    protected: bool
    after: pulumi.Resource | None = None


class BareMetalNodePool(pulumi.ComponentResource):
    """A node pool. ``last``: the object that depends on all others."""

    last: pulumi.Resource | None

    def __init__(self, name: str, args: BareMetalNodePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aerofleet:index:BareMetalNodePool", name, {}, opts)
        pool = args.pool
        objects = make_in_order(pool.objects, self, after=args.after, protected=args.protected)
        self.last = make_patches(pool.node_patches, self, pool.in_maintenance, after=objects)
        self.register_outputs({})
