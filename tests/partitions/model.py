"""The input and the output of the simulator: a layout, a namespace, events, and what is observed after each event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

PARTITIONS = 4096
"""Partitions of a namespace: AS_PARTITIONS in the server's source."""


@dataclass(frozen=True, slots=True)
class Node:
    """One server: `name` is a label; the partition hash takes `identity`, so that another name moves nothing."""

    name: str
    rack: int = 0
    identity: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The nodes at the beginning, all of them up and settled, in a roster of all of them.

    `orders` replaces the hashed order of nodes for a worked case: partition → names of all nodes, also of those that
    `Add` brings later, first choice first.
    """

    nodes: tuple[Node, ...]
    orders: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Namespace:
    """What decides about copies: `in_memory` data do not outlive a restart, whatever the event says."""

    replication_factor: int = 2
    strong_consistency: bool = False
    uniform_balance: bool = True
    in_memory: bool = False


@dataclass(frozen=True, slots=True)
class Out:
    """The nodes leave together. `clean`: after SIGTERM they wrote everything, so strong consistency trusts them."""

    nodes: tuple[str, ...]
    clean: bool = True


@dataclass(frozen=True, slots=True)
class Back:
    """The nodes join again, with what they had (`empty` False) or with erased devices (claims deleted)."""

    nodes: tuple[str, ...]
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Settle:
    """Migrations finish. `fills` False: migrate-fill-delay still holds back every copy to a node that had none."""

    fills: bool = True


@dataclass(frozen=True, slots=True)
class Quiesce:
    """Exactly these nodes are quiesced from now on; an empty tuple undoes it for all."""

    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetRoster:
    """The roster becomes these nodes with the rack ids that they have now. No effect without strong consistency."""

    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetRack:
    """The nodes get another rack id. Strong consistency follows at the next `SetRoster`."""

    nodes: tuple[str, ...]
    rack: int


@dataclass(frozen=True, slots=True)
class Add:
    """New, empty nodes join. Strong consistency gives them nothing before they are in the roster."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Remove:
    """The nodes and their data are gone for ever. A roster keeps their names until `SetRoster`."""

    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetReplicationFactor:
    copies: int


Event: TypeAlias = Out | Back | Settle | Quiesce | SetRoster | SetRack | Add | Remove | SetReplicationFactor


@dataclass(frozen=True, slots=True)
class Loss:
    """What the worst loss of one node, or of one whole rack, would leave at this moment, before anything moves.

    Each figure is the worst by itself: not always of the same node or rack.
    """

    copies: int
    record_copies: int
    unserved: int


@dataclass(frozen=True, slots=True)
class Observation:
    """What holds after an event, before any migration has moved a record. Counts are of partitions or partition copies.

    copies         the smallest number, over the partitions, of present nodes that hold every acknowledged record of it.
    record_copies  the smallest number, over all records, of present nodes that hold the record: parts of copies count.
    incomplete     partitions of which some records are on no present node. AP answers "not found" for them.
    lost           partitions of which some records are on no node at all, present or away.
    unavailable    strong consistency: partitions that are not served while nodes of the roster are away.
    dead           strong consistency: partitions that are not served though every node of the roster is present.
    fills          copies to move to a node that had none of the partition.
    deltas         copies to bring up to date on a node that has most of it: at most a whole copy each.
    """

    copies: int
    record_copies: int
    incomplete: int
    lost: int
    unavailable: int
    dead: int
    fills: int
    deltas: int
    node_loss: Loss
    rack_loss: Loss
