"""The partitions of one namespace while nodes come and go: who may hold what, and what a loss would leave.

Every group of records is on the nodes that took its writes: those of a `Spread`. A change of membership starts a new
group, because clients go on writing; a finished migration makes one group of all that have a node. So the state is a
short list of spreads, and the record with the fewest live copies is in the worst choice of one of them.

Source: Aerospike documentation, consistency modes, and aerospike-server, as/src/fabric/partition_balance.c:
balance_namespace_ap, as_partition_migrations_all_done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from aerofleet.forecast.copies.spread import PARTITIONS, Spread, spread_of


@dataclass(frozen=True, slots=True)
class Placement:
    """What decides where copies go. ``racks``: the nodes of each rack; one set where the namespace is not rack-aware.

    ``preferred``: the nodes of the active rack. ``is_uniform``: prefer-uniform-balance.
    """

    factor: int
    racks: tuple[int, ...]
    preferred: int = 0
    is_uniform: bool = True


@dataclass(slots=True)
class Group:
    """Records that are on the nodes of a spread, but for those that have ``lost`` them since.

    ``masters``: nodes one of which has the records besides where the spread's choice is of empty nodes only.
    """

    spread: Spread
    lost: int = 0
    masters: int = 0

    def fewest(self, live: int) -> int:
        alive = live & ~self.lost
        count = self.spread.fewest(alive)
        return 1 if count < 1 and self.masters and not self.masters & ~alive else count

    def fewest_after_loss(self, live: int) -> int:
        """Return the same after the worst loss of one more node. Nodes of a rack are alike, and so are whole racks."""
        alive = live & ~self.lost
        whole = [rack for rack in self.spread.racks if not rack & ~alive]
        kinds = [*(whole[:1] or self.spread.racks), self.spread.preferred, self.spread.reserve, self.masters]
        losses = {nodes & alive & -(nodes & alive) for nodes in kinds}
        return min(self.fewest(live & ~lost) for lost in losses | {0})


class Partitions:
    """All partitions of a namespace, settled in the beginning with every one of ``nodes`` present.

    Sets of nodes are bits. ``roster``: with strong consistency, the nodes that count.
    """

    def __init__(self, placement: Placement, nodes: int, *, is_strong: bool = False) -> None:
        self.placement = placement
        self.is_strong = is_strong
        self.present = self.roster = nodes
        self.quiesced = self.untrusted = 0
        self.roster_racks = placement.racks
        self._settled = self._spread()
        self._groups = [Group(self._settled)]
        self._new = 0
        self._left = 0
        self._others: set[int] = set()

    def begin_with_roster(self, nodes: int) -> None:
        """In the beginning the roster is ``nodes``, and data has settled on these."""
        self.roster = nodes
        self.settle()

    def begin_short(self) -> None:
        """In the beginning one copy of some records is missing."""
        spread = self._groups[0].spread
        if spread.copies > 1:
            short = replace(spread, copies=spread.copies - 1, distinct=min(spread.distinct, spread.copies - 1))
            self._groups.append(Group(short))

    # --- figures ------------------------------------------------------------------------------------------------

    @property
    def live(self) -> int:
        """The nodes that are there and count."""
        return self.present & self.roster if self.is_strong else self.present

    def copies(self, lost: int = 0) -> int:
        """Return the smallest number of live copies of any record, without the nodes ``lost``."""
        live = self.live & ~lost
        return min(group.fewest(live) for group in self._groups)

    def after_loss(self, losses: Iterable[int]) -> int:
        """Return `copies` after the worst of ``losses``, each a set of nodes. 0 where no node is left to lose."""
        live = self.live
        return min((self.copies(lost) for lost in {lost & live for lost in losses} if lost), default=0)

    def after_node_loss(self) -> int:
        """Return `copies` after the worst loss of one node. 0 where no node is left to lose."""
        live = self.live
        if not live:
            return 0
        return min(group.fewest_after_loss(live) for group in self._groups)

    def unserved(self) -> int:
        """Return how many partitions nobody serves: the expected number, at least 1 where there may be one."""
        if not self.is_strong:
            return 0
        live, factor = self.live, self.placement.factor
        if live.bit_count() < factor:
            return PARTITIONS
        trusted = live & ~self.untrusted
        count, size = trusted.bit_count(), self.roster.bit_count()
        share = max(self._share_without(group, live) for group in self._groups)
        if size - count >= factor:
            replicas = self._roster_spread()
            if 2 * count > size:
                without = replicas.share_within(self.roster & ~live)
            elif 2 * count == size:
                without = (size - live.bit_count()) / size
            else:
                without = 1 - replicas.share_within(live)
            share = max(share, without, self._share_without_full(trusted))
        return min(PARTITIONS, max(1, round(PARTITIONS * share))) if share > 0 else 0

    # --- events -------------------------------------------------------------------------------------------------

    def leave(self, nodes: int, *, is_clean: bool = True) -> None:
        """``nodes`` go away together. ``is_clean``: they wrote everything, so strong consistency trusts them."""
        self.present &= ~nodes
        self.quiesced &= ~nodes
        self._left |= nodes
        if not is_clean:
            self.untrusted |= nodes
        self._rebalance()

    def remove(self, nodes: int) -> None:
        """``nodes`` are gone for ever, with what they had. A roster keeps them until `set_roster`."""
        self._empty(nodes)
        self.leave(nodes, is_clean=False)

    def join(self, nodes: int, *, is_empty: bool = False) -> None:
        """``nodes`` come, back with what they had, or empty."""
        self.present |= nodes
        if is_empty:
            self._empty(nodes)
            self.untrusted |= nodes
        self._rebalance()

    def quiesce(self, nodes: int) -> None:
        """Exactly ``nodes`` are quiesced from now on."""
        self.quiesced = nodes & self.present
        self._rebalance()

    def set_roster(self, nodes: int) -> None:
        self._left |= self.roster & ~nodes
        self.roster, self.roster_racks = nodes, self.placement.racks
        self._rebalance()

    def place(self, placement: Placement) -> None:
        """Copies are placed by other rules from now on. With strong consistency racks count from the next roster on."""
        self.placement = placement
        self._rebalance()

    def settle(self) -> None:
        """All migrations finish, but those of partitions that nobody serves."""
        unserved = self.unserved()
        if unserved >= PARTITIONS:
            return
        live = self.live
        now = Group(self._spread())
        if unserved:
            self._groups.append(now)
            return
        self._groups = [now, *self._out_of_reach(live)]
        self.untrusted &= ~live
        self._settled, self._new, self._left, self._others = now.spread, 0, 0, set()

    # --- details ------------------------------------------------------------------------------------------------

    def _spread(self) -> Spread:
        live, placement = self.live, self.placement
        active = live & ~self.quiesced or live
        count = live.bit_count() if self.is_strong else active.bit_count()
        return spread_of(
            min(placement.factor, count),
            active,
            self.roster_racks if self.is_strong else placement.racks,
            preferred=placement.preferred,
            reserve=live & ~active,
        )

    def _roster_spread(self) -> Spread:
        return spread_of(self.placement.factor, self.roster, self.roster_racks)

    def _rebalance(self) -> None:
        """Partitions have other nodes, and clients write to these."""
        if not self.live or self.unserved() >= PARTITIONS:
            return
        spread = self._spread()
        if spread != self._settled:
            self._others.add(spread.nodes)
        if all(group.spread != spread for group in self._groups):
            masters = 0 if self._left else self.live & ~self._new
            self._groups.append(Group(spread, masters=masters))

    def _empty(self, nodes: int) -> None:
        self._new |= nodes
        for group in self._groups:
            group.lost |= nodes

    def _out_of_reach(self, live: int) -> list[Group]:
        """Return the groups of which some records are on no live node: migrations can't move them."""
        return [
            Group(group.spread.within(~(live & ~group.lost)), group.lost)
            for group in self._groups
            if group.fewest(live) < 1
        ]

    def _share_without(self, group: Group, live: int) -> float:
        """Return the share of partitions of which no live node has the records of ``group``."""
        alive = live & ~group.lost
        return 0.0 if group.fewest(live) else max(group.spread.share_within(~alive), 1 / PARTITIONS)

    def _share_without_full(self, trusted: int) -> float:
        """Return the share of partitions of which no trusted node may have every record.

        A node that had every record at the last settling still has, if it never left, and the others moved once at the
        most: the node that answers for a partition takes its writes, too.
        """
        stayed = trusted & ~self._left & ~self.quiesced
        if len(self._others) > 1 and (self.placement.is_uniform or self._new):
            return 1 - self._settled.share_within(stayed)
        return self._settled.share_within(~stayed)
