"""One resolved cell with its teams."""

from __future__ import annotations

from dataclasses import dataclass

from aerofleet.files.cell import FreezeWindow, Images, Monitoring, Operator, SecretStore, Seeds
from aerofleet.files.choices import Environment, NetworkProfile
from aerofleet.files.tenants import Tenant
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.metal import Host, Pool
from aerofleet.units.json_value import Json


@dataclass(frozen=True, slots=True)
class Team:
    """A team with its clusters. ``group``: the stack group of the team; empty if the cell is one stack."""

    name: str
    namespace: str
    tenant: Tenant
    group: str
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One Kubernetes cluster of one environment.

    ``operator_objects`` and ``cert_manager_objects``: the pinned manifests, unchanged; none if another team runs it.
    """

    name: str
    site: str
    environment: Environment
    context: str
    ephemeral: bool
    kubernetes_version: str
    network_profile: NetworkProfile
    racks: tuple[str, ...]
    hosts: tuple[Host, ...]
    pools: tuple[Pool, ...]
    operator: Operator
    operator_objects: tuple[Json, ...]
    cert_manager_objects: tuple[Json, ...]
    secret_store: SecretStore
    images: Images
    monitoring: Monitoring
    seeds: Seeds | None
    freeze_windows: tuple[FreezeWindow, ...]
    groups: tuple[str, ...]
    teams: tuple[Team, ...]

    @property
    def carries_groups(self) -> bool:
        """Whether teams in other stacks depend on the platform stack of this cell."""
        return bool(self.groups and self.teams)

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        return tuple(cluster for team in self.teams for cluster in team.clusters)

    def seeds_of(self, cluster: Cluster) -> Seeds | None:
        """Return the settings of the load balancer with the cluster's seeds; None if none of its clients is outside."""
        return self.seeds if cluster.client_cidrs else None
