"""A team in a cell: its Kubernetes namespace with quota, policies and access, and its clusters."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from aerofleet.manifests.rendered import RenderedTeam
from aerofleet.units.object_identity import namespaced
from components.database import AerospikeDatabase, AerospikeDatabaseArgs
from components.kubernetes_object import make_in_order


@dataclass(frozen=True)
class TeamSpaceArgs:
    """``after``: the resource of the platform that has to be finished first; None if the platform exists already."""

    team: RenderedTeam
    after: pulumi.Resource | None = None


class TeamSpace(pulumi.ComponentResource):
    def __init__(self, name: str, args: TeamSpaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aerofleet:index:TeamSpace", name, {}, opts)
        team = args.team
        ready = make_in_order(team.objects, self, after=args.after, protected=team.protected)
        for cluster in team.clusters:
            AerospikeDatabase(
                namespaced(team.namespace, cluster.resource_name),
                AerospikeDatabaseArgs(cluster.objects, cluster.protected, ready),
                pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
