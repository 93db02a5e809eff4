"""One namespace on the way: which pods are members of it, what they come back with, and what is left of its copies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aerofleet.forecast.copies.kept import Kept
from aerofleet.forecast.copies.partitions import Partitions, Placement
from aerofleet.forecast.copies.pods import Pods, Settings
from aerofleet.forecast.model import NamespaceCopies


class Namespace:
    """``pods``: those of the cluster, shared with its other namespaces. Sets of pods are bits, as there."""

    def __init__(self, name: str, settings: Settings, pods: Pods, kept: Kept, present: int) -> None:
        self.name = name
        self._settings = settings
        self._pods = pods
        self._kept = kept
        self._settings_differ = settings.differ()
        self._changed = self._emptied = 0
        self._members = self._with_namespace(present)
        self._placed = len(pods.place)
        self.partitions = Partitions(self._placement(), self._members, is_strong=settings.is_strong)

    def leave(self, pods: int, *, is_clean: bool = True) -> None:
        self.partitions.leave(pods & self._members, is_clean=is_clean)

    def remove(self, pods: int) -> None:
        self.partitions.remove(pods & self._members)
        self._members &= ~pods

    def join(self, pods: int, cold: int) -> None:
        """``pods`` come. Those in ``cold`` are new pods, the others restarted within their pod."""
        empty = self._emptied & pods
        self._emptied &= ~pods
        for rack, own in self._pods.by_rack(pods):
            for some, is_cold in ((own & cold, True), (own & ~cold, False)):
                if some and self.name in self._kept.emptied(rack, is_cold=is_cold):
                    empty |= some
        self._change(pods)
        members = self._with_namespace(pods)
        if self._members & pods & ~members:
            self.partitions.remove(self._members & pods & ~members)
        empty |= members & ~self._members
        self._members = self._members & ~pods | members
        if members & empty:
            self.partitions.join(members & empty, is_empty=True)
        if members & ~empty:
            self.partitions.join(members & ~empty)

    def set_live(self, pods: int) -> None:
        """``pods`` run with the new settings, without a restart. Servers place copies by them at the next recluster."""
        self._change(pods)

    def recluster(self, quiesced: int) -> None:
        """Place copies by the present settings, with ``quiesced`` pods last."""
        self.partitions.quiesce(quiesced & self._members)

    def lose_claims(self, claims: Iterable[str], pod: str) -> None:
        """``claims`` of ``pod`` are deleted: it comes back without the data that was there."""
        if self.name in self._kept.namespaces_on(pod, self._pods.rack(pod), claims):
            self._emptied |= self._pods.bits((pod,))

    def set_roster(self, pods: int) -> None:
        self.partitions.set_roster(pods & self._members)

    def figures(self, hosts: list[int] | None, racks: list[int]) -> NamespaceCopies:
        """Return what is left now. ``hosts``, ``racks``: the pods that a loss takes together. Without ``hosts`` a loss
        is one pod.
        """
        partitions = self.partitions
        after_host_loss = partitions.after_node_loss() if hosts is None else partitions.after_loss(hosts)
        return NamespaceCopies(
            namespace=self.name,
            copies=partitions.copies(),
            after_host_loss=after_host_loss,
            after_rack_loss=partitions.after_loss(racks) if after_host_loss else 0,
            unavailable=partitions.unserved(),
            has_racks=len(racks) > 1,
        )

    def _change(self, pods: int) -> None:
        if pods & ~self._changed:
            self._changed |= pods
            if self._settings_differ or len(self._pods.place) != self._placed:
                self._placed = len(self._pods.place)
                self.partitions.placement = self._placement()

    def _placement(self) -> Placement:
        placement = self._settings.placement(self._pods, self._changed)
        return placement if self._pods.has_racks else replace(placement, racks=(sum(placement.racks),), preferred=0)

    def _with_namespace(self, pods: int) -> int:
        found = 0
        for rack, own in self._pods.by_rack(pods):
            for some, is_changed in ((own & self._changed, True), (own & ~self._changed, False)):
                if some and self._settings.of(rack, is_changed=is_changed) is not None:
                    found |= some
        return found
