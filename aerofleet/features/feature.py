"""A feature of a cluster: what it adds to the AerospikeCluster, and the objects of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from aerofleet.fleet.cell import Cell, Team
from aerofleet.fleet.cluster import Cluster

Object = dict[str, Any]
"""A Kubernetes object, or a part of one."""


def _no_part(_cell: Cell, _cluster: Cluster) -> Object:
    return {}


def _no_objects(_cell: Cell, _subject: Cluster | Team) -> Iterable[Object]:
    return ()


def _no_cell_objects(_cell: Cell) -> Iterable[Object]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One feature. Its functions are pure, and read the resolved cell and cluster only.

    - ``spec``: the feature's part of the cluster's spec. Mappings of several features are joined key by key, lists
      one after the other, `namespaces` by name. No two features write the same field.
    - ``annotations``: of the AerospikeCluster.
    - ``objects``, ``team_objects``, ``cell_objects``: further objects for each cluster, for each team, for the cell.
    """

    name: str
    spec: Callable[[Cell, Cluster], Object] = _no_part
    annotations: Callable[[Cell, Cluster], Object] = _no_part
    objects: Callable[[Cell, Cluster], Iterable[Object]] = _no_objects
    team_objects: Callable[[Cell, Team], Iterable[Object]] = _no_objects
    cell_objects: Callable[[Cell], Iterable[Object]] = _no_cell_objects
