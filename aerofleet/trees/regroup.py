"""The objects that other code rendered, in the groups of a rendered cell: by their labels, as the code made them."""

from __future__ import annotations

from aerofleet.manifests.rendered import Object, RenderedCell, RenderedCluster, RenderedPlatform, RenderedTeam
from aerofleet.trees.own_code import StackObjects
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.object_identity import name_of, namespace_of, owner_of


def regrouped(name: str, objects: StackObjects) -> RenderedCell:
    """Return the objects of a cell as a rendered cell. What protects them is not in them, so nothing is protected."""
    platform: list[Object] = []
    teams: dict[str, list[Object]] = {}
    groups: dict[str, str] = {}
    for stack, made in objects:
        resource = dict(made)
        team, _ = owner_of(resource)
        (teams.setdefault(team, []) if team else platform).append(resource)
        groups[team] = stack.partition(".")[2]
    return RenderedCell(
        name,
        ephemeral=False,
        platform=RenderedPlatform((), tuple(platform), (), ()),
        teams=tuple(_team(team, groups[team], resources) for team, resources in teams.items()),
    )


def _team(name: str, group: str, objects: list[Object]) -> RenderedTeam:
    resources = {owner_of(one)[1]: one for one in objects if is_cluster(one)}
    own = {cluster: [resource] for cluster, resource in resources.items()}
    others: list[Object] = []
    for one in objects:
        _, cluster = owner_of(one)
        if not is_cluster(one):
            own.get(cluster, others).append(one)
        elif one is not resources[cluster]:
            others.append(one)
    clusters = (
        RenderedCluster(cluster, name_of(made[0]), protected=False, objects=tuple(made))
        for cluster, made in own.items()
    )
    namespace = namespace_of((others or objects)[0])
    return RenderedTeam(name, group, namespace, protected=False, objects=tuple(others), clusters=tuple(clusters))
