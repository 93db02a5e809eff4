"""The platform of a cell: operator, node pools, monitoring. Everything the teams of the cell stand on."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from aerofleet.manifests.rendered import RenderedPlatform
from components.kubernetes_object import make_objects
from components.monitoring import Monitoring, MonitoringArgs
from components.node_pool import BareMetalNodePool, BareMetalNodePoolArgs
from components.operator import AerospikeOperator, AerospikeOperatorArgs


@dataclass(frozen=True)
class CellArgs:
    platform: RenderedPlatform
    protected: bool


class Cell(pulumi.ComponentResource):
    """Teams are not its children: a team moves between stacks as one subtree, and the platform stays behind.

    ``ready`` is what teams wait for: the last object of the operator, None where somebody else runs it.
    """

    ready: pulumi.Resource | None

    def __init__(self, name: str, args: CellArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aerofleet:index:Cell", name, {}, opts)
        platform = args.platform
        child = pulumi.ResourceOptions(parent=self)
        operator = AerospikeOperator(
            name, AerospikeOperatorArgs(platform.crds, platform.operator, args.protected), opts=child
        )
        self.ready = operator.objects[-1] if operator.objects else None
        make_objects(platform.storage_classes, self)
        for pool in platform.pools:
            BareMetalNodePool(
                pool.name, BareMetalNodePoolArgs(pool.objects, pool.node_patches, args.protected), opts=child
            )
        if platform.monitoring:
            Monitoring(name, MonitoringArgs(platform.monitoring), opts=child)
        self.register_outputs({})
