"""The Aerospike Kubernetes Operator of a cell: its CRDs, and the operator itself where this toolkit runs it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from aerofleet.manifests.rendered import Object
from components.kubernetes_object import make_in_order


@dataclass(frozen=True)
class AerospikeOperatorArgs:
    crds: tuple[Object, ...]
    objects: tuple[Object, ...]
    protected: bool


class AerospikeOperator(pulumi.ComponentResource):
    """The operator, after its CRDs: with an older CRD than its own it fails with errors that name neither.

    ``last``: the object that depends on all others; None if another team installs them.
    """

    last: pulumi.Resource | None

    def __init__(self, name: str, args: AerospikeOperatorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aerofleet:index:AerospikeOperator", name, {}, opts)
        self.last = make_in_order((*args.crds, *args.objects), self, protected=args.protected)
        self.register_outputs({})
