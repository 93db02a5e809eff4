"""The platform of a cell, on which its teams depend: operator, node pools, monitoring."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from aerofleet.manifests.rendered import RenderedPlatform
from components.kubernetes_object import make_in_order
from components.monitoring import Monitoring, MonitoringArgs
from components.node_pool import BareMetalNodePool, BareMetalNodePoolArgs
from components.operator import AerospikeOperator, AerospikeOperatorArgs


@dataclass(frozen=True)
class PlatformArgs:
    """``protected``: objects with data can't be deleted. ``carries_groups``: teams in other stacks depend on
    this one.
    """

    platform: RenderedPlatform
    protected: bool
    carries_groups: bool = False


class Platform(pulumi.ComponentResource):
    """The platform of a cell. Its objects are created one after the other and deleted in the reverse order: a destroy
    of the stack begins with the object that depends on all others, and a protected resource there stops it in time.

    Teams are not its children: a team moves between stacks as one subtree, and the platform stays. Teams wait for
    ``ready``, the last object of the operator; they need not wait for every host's labels.
    """

    ready: pulumi.Resource | None

    def __init__(self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        former = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_="aerofleet:index:Cell")])
        super().__init__("aerofleet:index:Platform", name, {}, pulumi.ResourceOptions.merge(opts, former))
        platform, child = args.platform, pulumi.ResourceOptions(parent=self)
        operator = AerospikeOperatorArgs(platform.crds, platform.operator, args.protected)
        self.ready = last = AerospikeOperator(name, operator, child).last
        last = make_in_order(platform.storage_classes, self, after=last)
        for pool in platform.pools:
            last = BareMetalNodePool(pool.name, BareMetalNodePoolArgs(pool, args.protected, last), child).last
        if platform.monitoring:
            last = Monitoring(name, MonitoringArgs(platform.monitoring, last), child).last
        CellGuard(name, args.protected or args.carries_groups, last, child)
        self.register_outputs({})


class CellGuard(pulumi.ComponentResource):
    """The first resource that a destroy of the stack meets. It has no object on the server."""

    def __init__(
        self, name: str, protected: bool, after: pulumi.Resource | None, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        guard = pulumi.ResourceOptions(protect=protected, depends_on=[after] if after else [])
        super().__init__("aerofleet:index:CellGuard", name, {}, pulumi.ResourceOptions.merge(opts, guard))
        self.register_outputs({})
