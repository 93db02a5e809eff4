"""What the builders hand to the Pulumi components: plain Kubernetes objects, in the groups that own them.

The grouping is the resource tree of a stack: one component for the cell's platform, one a pool, one a team, one a
cluster. The order inside a group is the order of creation that a person would choose; nothing depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RenderedCluster:
    """``objects[0]`` is the AerospikeCluster. A cluster that is deleted is not rendered at all."""

    name: str
    resource_name: str
    protected: bool
    objects: tuple[Object, ...]


@dataclass(frozen=True, slots=True)
class RenderedTeam:
    """``objects`` stand before every cluster of the team (Namespace first). ``protected``: a cluster of the team is not
    released yet, so its namespace may still hold data.
    """

    name: str
    group: str
    namespace: str
    protected: bool
    objects: tuple[Object, ...]
    clusters: tuple[RenderedCluster, ...]


@dataclass(frozen=True, slots=True)
class RenderedPool:
    """``node_patches`` are NodePatch resources: only our own labels and annotations of nodes that already exist.
    ``resting`` names those in maintenance, which may not answer.
    """

    name: str
    objects: tuple[Object, ...]
    node_patches: tuple[Object, ...]
    resting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RenderedPlatform:
    """``operator`` stands before every team: the operator where this project runs it, and what its pods may read."""

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
        """Every object of the cell, platform first."""
        yield from self.platform.objects()
        for team in self.teams:
            yield from team.objects
            for cluster in team.clusters:
                yield from cluster.objects
