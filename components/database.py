"""One Aerospike cluster: the custom resource the operator acts on, and what belongs to it alone."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from aerofleet.manifests.rendered import Object
from components.kubernetes_object import make_in_order


@dataclass(frozen=True)
class AerospikeDatabaseArgs:
    """``after`` is what has to be there first."""

    objects: tuple[Object, ...]
    protected: bool
    after: pulumi.Resource | None = None


class AerospikeDatabase(pulumi.ComponentResource):
    """``protected`` guards the custom resource against deletion and replacement: a replaced one would initialise
    its kept volumes again. It is made last, when its policies and secrets are there, and so it is also the first that
    a destroy meets: nothing goes while it is protected.
    """

    def __init__(self, name: str, args: AerospikeDatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aerofleet:index:AerospikeDatabase", name, {}, opts)
        make_in_order(reversed(args.objects), self, after=args.after, protected=args.protected)
        self.register_outputs({})
