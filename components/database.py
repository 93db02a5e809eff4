"""One Aerospike cluster: the custom resource the operator acts on, and what belongs to it alone."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from aerofleet.manifests.rendered import Object
from components.kubernetes_object import make_objects


@dataclass(frozen=True)
class AerospikeDatabaseArgs:
    objects: tuple[Object, ...]
    protected: bool


class AerospikeDatabase(pulumi.ComponentResource):
    """``protected`` guards the custom resource against deletion and replacement: a replaced one would initialise
    its kept volumes again."""

    def __init__(
        self,
        name: str,
        args: AerospikeDatabaseArgs,
        after: pulumi.Resource | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("aerofleet:index:AerospikeDatabase", name, {}, opts)
        make_objects(args.objects, self, after=after, protected=args.protected)
        self.register_outputs({})
