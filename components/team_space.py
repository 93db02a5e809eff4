"""A team's place in a cell: its Kubernetes namespace with quota, policies and access, and its clusters."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from aerofleet.manifests.rendered import RenderedTeam
from components.database import AerospikeDatabase, AerospikeDatabaseArgs
from components.kubernetes_object import make_objects


@dataclass(frozen=True)
class TeamSpaceArgs:
    team: RenderedTeam
    protected: bool


class TeamSpace(pulumi.ComponentResource):
    def __init__(self, name: str, args: TeamSpaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aerofleet:index:TeamSpace", name, {}, opts)
        team = args.team
        namespaces = [obj for obj in team.objects if obj["kind"] == "Namespace"]
        others = [obj for obj in team.objects if obj["kind"] != "Namespace"]
        base = make_objects(namespaces, self, protected=args.protected)
        base += make_objects(others, self, depends_on=base)
        for cluster in team.clusters:
            AerospikeDatabase(
                f"{team.namespace}/{cluster.resource_name}",
                AerospikeDatabaseArgs(cluster.objects, cluster.protected),
                base,
                pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
