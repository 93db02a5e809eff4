"""Render a whole cell: every object, in the groups of the components."""

from __future__ import annotations

from aerofleet.features import FEATURES
from aerofleet.files.choices import ClusterState, HostState
from aerofleet.fleet.cell import Cell, Team
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.metal import Pool
from aerofleet.manifests.aerospike_cluster import aerospike_cluster
from aerofleet.manifests.local_provisioner import local_provisioner
from aerofleet.manifests.local_volume import local_volumes
from aerofleet.manifests.namespace import namespace
from aerofleet.manifests.node_patch import node_patches
from aerofleet.manifests.node_tuning import node_tuning
from aerofleet.manifests.operator import definitions, operator
from aerofleet.manifests.quota import limit_range, resource_quota
from aerofleet.manifests.rbac import node_reader, pod_access, service_account, team_access
from aerofleet.manifests.rendered import RenderedCell, RenderedCluster, RenderedPlatform, RenderedPool, RenderedTeam
from aerofleet.manifests.storage_class import storage_classes


def render_cell(cell: Cell) -> RenderedCell:
    """Return every object of the cell. Pure: the same cell always has the same objects, byte for byte."""
    return RenderedCell(
        name=cell.name,
        ephemeral=cell.ephemeral,
        platform=render_platform(cell),
        teams=tuple(render_team(cell, team) for team in cell.teams),
    )


def render_platform(cell: Cell) -> RenderedPlatform:
    return RenderedPlatform(
        crds=tuple(definitions(cell)),
        operator=(*operator(cell), node_reader(cell)),
        pools=tuple(render_pool(cell, pool) for pool in cell.pools),
        monitoring=tuple(made for feature in FEATURES for made in feature.cell_objects(cell)),
        storage_classes=tuple(storage_classes(cell)),
    )


def render_pool(cell: Cell, pool: Pool) -> RenderedPool:
    objects = [*node_tuning(cell, pool), *local_provisioner(cell, pool), *local_volumes(cell, pool)]
    in_maintenance = frozenset(host.name for host in pool.hosts if host.state is HostState.MAINTENANCE)
    return RenderedPool(pool.name, tuple(objects), tuple(node_patches(pool, cell.network_profile)), in_maintenance)


def render_team(cell: Cell, team: Team) -> RenderedTeam:
    objects = [
        namespace(cell, team),
        resource_quota(cell, team),
        limit_range(cell, team),
        service_account(cell, team),
        *pod_access(cell, team),
        *team_access(cell, team),
        *(made for feature in FEATURES for made in feature.team_objects(cell, team)),
    ]
    clusters = [render_cluster(cell, cluster) for cluster in team.clusters if cluster.is_deployed]
    protected = not cell.ephemeral and bool(team.clusters)
    return RenderedTeam(team.name, team.group, team.namespace, protected, tuple(objects), tuple(clusters))


def render_cluster(cell: Cell, cluster: Cluster) -> RenderedCluster:
    objects = [
        aerospike_cluster(cell, cluster),
        *(made for feature in FEATURES for made in feature.objects(cell, cluster)),
    ]
    protected = not cell.ephemeral and cluster.state is not ClusterState.UNPROTECTED
    return RenderedCluster(cluster.name, cluster.resource_name, protected, tuple(objects))
