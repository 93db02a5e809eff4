"""A pool of bare-metal hosts that already are Kubernetes nodes.

It does not own the nodes: it adds labels and annotations by Patch resources, and its own storage and tuning objects.
Taints are left to whoever provisions the host, because the list is atomic: to write one is to take over all.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from aerofleet.manifests.rendered import Object
from components.kubernetes_object import make_objects


@dataclass(frozen=True)
class BareMetalNodePoolArgs:
    objects: tuple[Object, ...]
    node_patches: tuple[Object, ...]
    protected: bool


class BareMetalNodePool(pulumi.ComponentResource):
    def __init__(self, name: str, args: BareMetalNodePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aerofleet:index:BareMetalNodePool", name, {}, opts)
        make_objects(args.node_patches, self, patch=True)
        make_objects(args.objects, self, protected=args.protected)
        self.register_outputs({})
