"""One Aerospike cluster: its custom resource, and the objects that belong to it alone."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from aerofleet.manifests.rendered import Object
from components.kubernetes_object import make_in_order


@dataclass(frozen=True)
class AerospikeDatabaseArgs:
    """``after``: the resource that has to exist first."""

    objects: tuple[Object, ...]
    protected: bool
    after: pulumi.Resource | None = None


class AerospikeDatabase(pulumi.ComponentResource):
    """One Aerospike cluster. ``protected`` guards the custom resource against deletion and replacement: a replacement
    would initialise its kept volumes again. It is created last, after its policies and secrets, so a destroy meets it
    first and deletes nothing while it is protected.
    """

    def __init__(self, name: str, args: AerospikeDatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aerofleet:index:AerospikeDatabase", name, {}, opts)
        make_in_order(reversed(args.objects), self, after=args.after, protected=args.protected)
        self.register_outputs({})
