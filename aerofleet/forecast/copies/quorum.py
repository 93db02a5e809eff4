"""The min-cluster-size with which each pod runs, and whether the nodes that are there form a cluster.

With fewer nodes than min-cluster-size no cluster forms, and no node serves anything, whatever copies it has. The
setting is dynamic: it changes on a node when the operator sets it live, or with a restart.

Source: aerospike-server, as/src/fabric/clustering.c: paxos_proposer_proposal_start, register_validate_cluster; the
server takes 1 where the setting is left out (as/src/base/cfg.c).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import min_cluster_size
from aerofleet.forecast.copies.pods import Pods
from aerofleet.forecast.copies.spread import PARTITIONS
from aerofleet.forecast.model import NamespaceCopies, Shortage

DEFAULT = min_cluster_size({})


class Quorum:
    """The min-cluster-size of every node on the way from ``before`` to ``after``. Sets of pods are bits, as in `Pods`.

    ``present``: the pods that run with the settings of ``before``.
    """

    def __init__(self, before: Cluster, after: Cluster, pods: Pods, present: int) -> None:
        self._pods = pods
        was, becomes = (
            {rack.identity: min_cluster_size(rack.config) for rack in side.racks} for side in (before, after)
        )
        self._after = was | becomes
        self._by_size: dict[int, int] = {}
        self._take(present, becomes | was)

    def restart(self, pods: int) -> None:
        """``pods`` start with the new settings of their rack."""
        self._take(pods, self._after)

    def set_live(self, pods: int, size: int) -> None:
        """``pods`` run with the min-cluster-size ``size`` from now on."""
        for known in self._by_size:
            self._by_size[known] &= ~pods
        self._by_size[size] = self._by_size.get(size, 0) | pods

    def least(self, nodes: int) -> int:
        """Return the largest min-cluster-size of ``nodes``."""
        return max((size for size, own in self._by_size.items() if own & nodes), default=DEFAULT)

    def forms(self, nodes: int) -> bool:
        """Return whether ``nodes`` are enough for a cluster, or none is there to form one. Of several values among them
        the largest one counts.
        """
        return not nodes or nodes.bit_count() >= self.least(nodes)

    def forms_after(self, nodes: int, losses: Iterable[int] | None) -> bool:
        """Return whether ``nodes`` form a cluster after any one of ``losses``. None: each loss is one node."""
        if self.least(nodes) <= DEFAULT:
            return True
        if losses is None:
            losses = (1 << place for place in range(nodes.bit_length()))
        return all(self.forms(nodes & ~lost) for lost in losses if lost & nodes)

    def limited(
        self, figures: NamespaceCopies, nodes: int, hosts: Iterable[int] | None, racks: Iterable[int]
    ) -> NamespaceCopies:
        """Return ``figures`` with no copy where no cluster forms: of ``nodes``, and after the loss of one of ``hosts``
        or ``racks``.
        """
        if not self.forms(nodes):
            return replace(
                figures,
                copies=0,
                after_host_loss=0,
                after_rack_loss=0,
                unavailable=PARTITIONS,
                shortage=self._shortage(nodes, ""),
            )
        if not self.forms_after(nodes, hosts):
            return replace(figures, after_host_loss=0, after_rack_loss=0, shortage=self._shortage(nodes, "host"))
        if not self.forms_after(nodes, racks):
            return replace(figures, after_rack_loss=0, shortage=self._shortage(nodes, "rack"))
        return figures

    def _shortage(self, nodes: int, after: Literal["", "host", "rack"]) -> Shortage:
        return Shortage(nodes.bit_count(), self.least(nodes), after)

    def _take(self, pods: int, sizes: dict[str, int]) -> None:
        for rack, own in self._pods.by_rack(pods):
            self.set_live(own, sizes.get(rack, DEFAULT))
