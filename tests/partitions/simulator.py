"""A step-by-step simulator of Aerospike's partitions: the independent yardstick for every forecast of copies.

It shares no module with the product. `simulate` gives one `Observation` for the beginning and one for every event.

How it works
    A partition is a set of classes of records. A class is the set of nodes that hold it, so the state of a partition is
    a set of node sets, each in the bits of an integer. Every event is followed by a rebalance and, with `writes`, by
    acknowledged writes to every served partition: a new class, on the nodes that take writes then. A node that was away
    lacks the classes written meanwhile; a stand-in has only them. A copy is full when its node is in every class.

Where the facts come from
    Hashed order, a node's absence only closes the gap
        "Aerospike: Architecture of a Real-Time Operational DBMS" (VLDB 2016), data distribution; `fill_global_tables`
        in as/src/fabric/partition_balance.c of server 8.1.2 (community edition).
    Effective replication factor = min(configured, active nodes) in AP; who takes writes (the replicas, and the acting
    master where no replica has everything); a non-replica's copy is dropped when migrations are done
        `set_replication_factor_ap`, `find_working_master_ap`, `as_partition_migrations_all_done` of the same file,
        `as_partition_get_other_replicas` of partition.c.
    Racks: the first copies on distinct racks, as many as there are racks; the master moves for racks only with uniform
    balance; quiesced nodes are last and keep their data
        aerospike.com/docs: rack awareness, quiesce a node; discuss.aerospike.com 8058 (succession list).
    Strong consistency, by the roster: served if fewer nodes than the replication factor are away or not trusted; or if
    a trusted node has a full copy, and besides all roster replicas are here, or a majority with a roster replica, or
    exactly half with the roster master. Fewer nodes present than the replication factor: nothing is served. Not served:
    unavailable while nodes of the roster are away, else dead. Nodes that are new or erased, or that ended without a
    clean shutdown, are not trusted (not counted, their copy is not full) until migrations are done
        aerospike.com/docs: consistency modes ("Full partitions versus subsets"), strong consistency, manage
        consistency.

How it differs from the server
    - Placement with racks and with uniform balance follows the published descriptions; the enterprise edition's code is
      not public. Single partitions can be placed otherwise; counts over all partitions behave alike. Uniform balance
      here does not move masters for racks of unequal size. active-rack is not modelled.
    - The order of equal hashes and the server's last byte of the hash (a node index) are not reproduced.
    - Settling is one step: all migrations, or all but the fills. Their order, duplicate versions that pass through the
      master, and the compared-but-equal records of a delta are not modelled: `deltas` counts copies.
    - Networks do not split: the nodes present form one cluster. The quorum of clustering itself is not modelled.
    - commit-to-device (an unclean end would be trusted), auto-revive, revive, min-cluster-size and warm starts of
      in-memory data are not modelled. Unserved partitions of strong consistency do not migrate.
    - After a roster change that drops the last holder of a record the server may serve what it has; here the partition
      is not served.
    - A roster whose replicas are lost one after the other counts them as lost though stand-ins were filled: the
      published rules know roster replicas only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import reduce
from operator import and_, or_

from tests.partitions import placement
from tests.partitions.model import (
    PARTITIONS,
    Add,
    Back,
    Event,
    Layout,
    Loss,
    Namespace,
    Node,
    Observation,
    Out,
    Quiesce,
    Remove,
    SetRack,
    SetReplicationFactor,
    SetRoster,
    Settle,
)


def simulate(
    layout: Layout, namespace: Namespace, events: Iterable[Event], *, partitions: int = PARTITIONS, writes: bool = True
) -> list[Observation]:
    """Return what is observed at the beginning and after each event."""
    simulation = Simulation(layout, namespace, partitions=partitions, writes=writes)
    return [simulation.observe(), *(simulation.apply(event) for event in events)]


class Simulation:
    """The state of one namespace on a cluster."""

    def __init__(
        self, layout: Layout, namespace: Namespace, *, partitions: int = PARTITIONS, writes: bool = True
    ) -> None:
        self.namespace = namespace
        self.writes = writes
        self.nodes: list[Node] = []
        self._index: dict[str, int] = {}
        self._racks: dict[int, int] = {}
        self._explicit = layout.orders
        self._orders: list[list[int]] = [[] for _ in range(partitions)]
        self._present = self._quiesced = 0
        self._untrusted: list[int] = []
        self._add(layout.nodes)
        self._roster, self._roster_racks = self._present, dict(self._racks)
        # Classes of records, nodes whose partial copy is a fill, and nodes that are not trusted, by partition.
        self._fill = [0] * partitions
        self._untrusted = [0] * partitions
        self._place()
        self._classes: list[set[int]] = [{replicas} for replicas in self._replicas]

    def apply(self, event: Event) -> Observation:
        """Apply the event, rebalance, let clients write, and return what is observed then."""
        match event:
            case Out():
                self._out(self._bits(event.nodes), event.clean)
            case Back():
                self._back(self._bits(event.nodes), event.empty)
            case Settle():
                self._settle(event.fills)
            case Quiesce():
                self._quiesced = self._bits(event.nodes)
            case SetRoster():
                self._roster, self._roster_racks = self._bits(event.nodes), dict(self._racks)
            case SetRack():
                self._racks |= {self._index[name]: event.rack for name in event.nodes}
            case Add():
                self._add(event.nodes)
            case Remove():
                self._remove(self._bits(event.nodes))
            case SetReplicationFactor():
                self.namespace = replace(self.namespace, replication_factor=event.copies)
        self._place()
        self._write()
        return self.observe()

    def succession(self, partition: int) -> tuple[str, ...]:
        """Return the names of the members in succession for a partition, the master first."""
        return tuple(self.nodes[node].name for node in self._rows[partition])

    def replicas(self, partition: int) -> tuple[str, ...]:
        """Return the names of the nodes that shall have a copy of the partition, the master first."""
        return self.succession(partition)[: self._copies]

    def holders(self, partition: int) -> set[frozenset[str]]:
        """Return, for every class of records of the partition, the nodes that hold it, present or away."""
        return {frozenset(self.nodes[node].name for node in _members(holders)) for holders in self._classes[partition]}

    def served(self, partition: int) -> bool:
        """Return whether clients can read and write the partition. AP serves always, even what it lacks."""
        return not self.namespace.strong_consistency or self._available(partition, self._live)

    def rules_serve(self, partition: int) -> bool:
        """Return whether the published rules of strong consistency serve the partition, whatever it lacks."""
        return self._rules_serve(partition, self._live)

    def observe(self) -> Observation:
        """Return what holds now. Changes nothing."""
        live, consistent = self._live, self.namespace.strong_consistency
        full = [reduce(and_, classes, live) for classes in self._classes]
        fills, deltas = self._to_move()
        unserved = sum(not self._available(p, live) for p in range(len(full))) if consistent else 0
        away = self._roster & ~self._present
        parts = {holders & live for classes in self._classes for holders in classes}
        return Observation(
            copies=min(map(int.bit_count, full)),
            record_copies=min(map(int.bit_count, parts)),
            incomplete=sum(any(not holders & live for holders in classes) for classes in self._classes),
            lost=sum(0 in classes for classes in self._classes),
            unavailable=unserved if away else 0,
            dead=0 if away else unserved,
            fills=fills,
            deltas=deltas,
            node_loss=self._loss([1 << node for node in _members(live)], set(full), parts),
            rack_loss=self._loss(self._rack_sets(live), set(full), parts),
        )

    # Events

    def _add(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            if node.name in self._index:
                raise ValueError(f"node {node.name} is in the layout already")
            key = len(self.nodes)
            self._untrusted = [untrusted | 1 << key for untrusted in self._untrusted]
            self.nodes.append(node)
            self._index[node.name], self._racks[key] = key, node.rack
            self._present |= 1 << key
        identities = {key: node.identity for key, node in enumerate(self.nodes)}
        self._orders = [
            [self._index[name] for name in self._explicit[partition] if name in self._index]
            if partition in self._explicit
            else placement.hashed_order(partition, identities)
            for partition in range(len(self._orders))
        ]

    def _out(self, nodes: int, clean: bool) -> None:
        self._present &= ~nodes
        self._quiesced &= ~nodes
        if self.namespace.in_memory:
            self._erase(nodes)
        if self.namespace.in_memory or not clean:
            self._untrusted = [untrusted | nodes for untrusted in self._untrusted]

    def _back(self, nodes: int, empty: bool) -> None:
        self._present |= nodes
        if empty:
            self._erase(nodes)
            self._untrusted = [untrusted | nodes for untrusted in self._untrusted]

    def _remove(self, nodes: int) -> None:
        self._present &= ~nodes
        self._quiesced &= ~nodes
        self._erase(nodes)
        self._untrusted = [untrusted | nodes for untrusted in self._untrusted]

    def _erase(self, nodes: int) -> None:
        self._classes = [{holders & ~nodes for holders in classes} for classes in self._classes]
        self._fill = [fill & ~nodes for fill in self._fill]

    def _settle(self, fills: bool) -> None:
        live = self._live
        for partition, classes in enumerate(self._classes):
            if not self.served(partition):
                continue
            replicas = self._replicas[partition]
            late = 0 if fills else replicas & (self._fill[partition] | ~reduce(or_, classes, 0))
            # Nobody drops a copy before every replica of the partition has its own.
            drop = 0 if late else live & ~replicas & ~self._quiesced
            moved = {((holders | (replicas & ~late)) & ~drop) if holders & live else holders for holders in classes}
            self._classes[partition] = moved
            self._fill[partition] &= late
            if not late:
                self._untrusted[partition] &= ~live

    # Rebalance

    def _place(self) -> None:
        consistent, copies = self.namespace.strong_consistency, self.namespace.replication_factor
        self._live = self._present & self._roster if consistent else self._present
        active = (self._live & ~self._quiesced or self._live).bit_count()
        self._copies = min(copies, self._live.bit_count()) if consistent else min(copies, active)
        racks = self._roster_racks if consistent else self._racks
        uniform = self.namespace.uniform_balance
        known = {key: racks.get(key, self._racks[key]) for key in range(len(self.nodes))}
        self._rows = placement.rows(self._orders, self._live, self._quiesced, known, self._copies, uniform)
        self._replicas = [_set(row[: self._copies]) for row in self._rows]
        if consistent:
            roster_rows = placement.rows(self._orders, self._roster, 0, known, copies, uniform)
            self._roster_masters = [_set(row[:1]) for row in roster_rows]
            self._roster_replicas = [_set(row[:copies]) for row in roster_rows]

    def _write(self) -> None:
        if not self._live:
            return
        for partition, classes in enumerate(self._classes):
            if not self.served(partition):
                continue
            replicas = self._replicas[partition]
            self._fill[partition] |= replicas & ~reduce(or_, classes, 0)
            if self.writes:
                classes.add(replicas | self._acting_master(partition))

    def _acting_master(self, partition: int) -> int:
        """Return the node, as a bit, that answers for the partition: the first with all that is here, or with most."""
        here = [holders for holders in self._classes[partition] if holders & self._live]
        full = reduce(and_, here, self._live)
        if full & self._replicas[partition]:
            return 0
        best = max(self._rows[partition], key=lambda node: sum(holders >> node & 1 for holders in here))
        return 1 << best

    def _to_move(self) -> tuple[int, int]:
        fills = deltas = 0
        for partition, classes in enumerate(self._classes):
            here = [holders for holders in classes if holders & self._live]
            if not here or not self.served(partition):
                continue
            lacking = self._replicas[partition] & ~reduce(and_, here)
            fill = lacking & (self._fill[partition] | ~reduce(or_, here))
            fills += fill.bit_count()
            deltas += (lacking & ~fill).bit_count()
        return fills, deltas

    # What a loss would leave

    def _loss(self, losses: list[int], full: set[int], parts: set[int]) -> Loss:
        if not losses:
            return Loss(0, 0, self._unserved_without(0))
        return Loss(
            copies=min((holders & ~gone).bit_count() for gone in losses for holders in full),
            record_copies=min((holders & ~gone).bit_count() for gone in losses for holders in parts),
            unserved=max(self._unserved_without(gone) for gone in losses),
        )

    def _unserved_without(self, gone: int) -> int:
        if not self.namespace.strong_consistency:
            return 0
        live, copies = self._live & ~gone, self.namespace.replication_factor
        count = live.bit_count()
        if count < copies:
            return len(self._classes)
        if self._roster.bit_count() - count < copies and not any(self._untrusted):
            return sum(not all(holders & live for holders in classes) for classes in self._classes)
        return sum(not self._available(partition, live) for partition in range(len(self._classes)))

    def _rack_sets(self, live: int) -> list[int]:
        sets: dict[int, int] = {}
        for node in _members(live):
            sets[self._racks[node]] = sets.get(self._racks[node], 0) | 1 << node
        return list(sets.values())

    # Strong consistency

    def _available(self, partition: int, live: int) -> bool:
        """Return whether the partition would be served with these nodes, and no record of it would be missing."""
        return self._rules_serve(partition, live) and all(holders & live for holders in self._classes[partition])

    def _rules_serve(self, partition: int, live: int) -> bool:
        copies, size = self.namespace.replication_factor, self._roster.bit_count()
        if live.bit_count() < copies:
            return False
        trusted = live & ~self._untrusted[partition]
        count = trusted.bit_count()
        if size - count < copies:
            return True
        if not reduce(and_, self._classes[partition], trusted):
            return False
        replicas = self._roster_replicas[partition]
        if not replicas & ~live or (2 * count > size and replicas & live):
            return True
        return 2 * count == size and bool(self._roster_masters[partition] & live)

    def _bits(self, names: Iterable[str]) -> int:
        return _set(self._index[name] for name in names)


def _set(nodes: Iterable[int]) -> int:
    return reduce(or_, (1 << node for node in nodes), 0)


def _members(nodes: int) -> Iterator[int]:
    while nodes:
        lowest = nodes & -nodes
        yield lowest.bit_length() - 1
        nodes ^= lowest
