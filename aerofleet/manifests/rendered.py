"""The result of the builders for the Pulumi components: plain Kubernetes objects, in the groups of the components.

The groups are the resource tree of a stack: one component for the cell's platform, one for each pool, team and
cluster. The order in a group is a sensible order of creation; nothing depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RenderedCluster:
    """The objects of a cluster; ``objects[0]`` is the AerospikeCluster. A deleted cluster is not rendered."""

    name: str
    resource_name: str
    protected: bool
    objects: tuple[Object, ...]


@dataclass(frozen=True, slots=True)
class RenderedTeam:
    """The objects of a team. ``objects`` are created before every cluster of the team (Namespace first). ``protected``:
    a cluster of the team is not released yet, so its namespace may still have data.
    """

    name: str
    group: str
    namespace: str
    protected: bool
    objects: tuple[Object, ...]
    clusters: tuple[RenderedCluster, ...]


@dataclass(frozen=True, slots=True)
class RenderedPool:
    """The objects of a pool. ``node_patches`` are NodePatch resources: only our own labels and annotations of nodes
    that already exist. ``in_maintenance``: the names of nodes in maintenance, which may not answer.
    """

    name: str
    objects: tuple[Object, ...]
    node_patches: tuple[Object, ...]
    in_maintenance: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RenderedPlatform:
    """The objects of the platform. ``operator`` is created before every team: the operator if this project runs it, and
    the permissions of its pods."""

    crds: tuple[Object, ...]
    operator: tuple[Object, ...]
    pools: tuple[RenderedPool, ...]
    monitoring: tuple[Object, ...]
    storage_classes: tuple[Object, ...] = ()

    def objects(self) -> Iterator[Object]:
        yield from self.crds
        yield from self.operator
        yield from self.storage_classes
        for pool in self.pools:
            yield from pool.objects
            yield from pool.node_patches
        yield from self.monitoring


@dataclass(frozen=True, slots=True)
class RenderedCell:
    name: str
    ephemeral: bool
    platform: RenderedPlatform
    teams: tuple[RenderedTeam, ...]

    def objects(self) -> Iterator[Object]:
        """Yield every object of the cell, platform first."""
        yield from self.platform.objects()
        for team in self.teams:
            yield from team.objects
            for cluster in team.clusters:
                yield from cluster.objects
