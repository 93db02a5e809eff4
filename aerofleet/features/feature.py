"""A feature of a cluster: what it adds to the AerospikeCluster, and the objects of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from aerofleet.files.settings import Settings
from aerofleet.findings import Rule
from aerofleet.fleet.cell import Cell, Team
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.defined_cluster import DefinedCluster

Object = dict[str, Any]
"""A Kubernetes object, or a part of one."""


def _no_part(_cell: Cell, _cluster: Cluster) -> Object:
    return {}


def _no_objects(_cell: Cell, _subject: Cluster | Team) -> Iterable[Object]:
    return ()


def _no_files(_settings: Settings) -> Iterable[str]:
    return ()


def _no_cell_objects(_cell: Cell) -> Iterable[Object]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One feature. Its functions are pure, and read the resolved cell and cluster only.

    - ``spec``: the feature's part of the cluster's spec. Mappings of several features are joined key by key, lists
      one after the other, `namespaces` by name. No two features write the same field.
    - ``server_files``: absolute paths of files in the server's container that the feature mounts, which parameters of
      the server may name; a folder, with any files, ends with a slash.
    - ``annotations``: of the AerospikeCluster.
    - ``objects``, ``team_objects``, ``cell_objects``: further objects for each cluster, for each team, for the cell.
    - ``rules``: what is wrong with the settings of a cluster.
    """

    name: str
    spec: Callable[[Cell, Cluster], Object] = _no_part
    annotations: Callable[[Cell, Cluster], Object] = _no_part
    server_files: Callable[[Settings], Iterable[str]] = _no_files
    objects: Callable[[Cell, Cluster], Iterable[Object]] = _no_objects
    team_objects: Callable[[Cell, Team], Iterable[Object]] = _no_objects
    cell_objects: Callable[[Cell], Iterable[Object]] = _no_cell_objects
    rules: tuple[Rule[[DefinedCluster]], ...] = ()
