"""Requests and bytes of the node that carries most, message by message."""

from __future__ import annotations

from dataclasses import replace

from aerofleet.sizing import Assumptions, Capacity, Device, NamespaceLoad, Storage, Workload, sized
from aerofleet.sizing.node import NamespaceLoadOnNode

METAL = Capacity(64 << 30, 16, 25_000_000_000, (Device(1_600_000_000_000),) * 2)
NOW = Assumptions(months=0)


def load_of(replication_factor: int, racks: int, nodes_per_rack: int, xdr_destinations: int = 0) -> NamespaceLoadOnNode:
    load = NamespaceLoad("n", Storage.DEVICE, 1000, 400, 5000, 2000, replication_factor)
    workload = Workload((load,), (8, 1, 1), xdr_destinations=xdr_destinations)
    return sized(workload, METAL, racks, nodes_per_rack, NOW).date.loads[0]


def test_the_last_node_of_a_rack_with_a_copy_of_everything_takes_every_write() -> None:
    """Three copies in three racks of two. After a loss, five nodes are masters of 400 writes a second each; the one
    that is alone in its rack takes a copy of the 1,600 others."""
    node = load_of(3, 3, 2)
    assert (node.reads, node.writes, node.replica_writes, node.copies_written) == (1000, 400, 1600, 2000)


def test_copies_of_a_node_are_masters_and_replicas() -> None:
    """Two copies on three nodes without racks: two are left, each with half of the masters and all of the replicas."""
    node = load_of(2, 1, 3)
    assert (node.writes, node.replica_writes, node.copies_written) == (1000, 1000, 2000)


def test_messages_on_the_network() -> None:
    """Records of 400 bytes, frames of 100. 1,000 reads and 400 writes of clients, 1,600 writes of other nodes.
    In: 1,000 questions, 400 + 1,600 records, and an answer to each of 400 × 2 copies sent. Out: 1,000 records, 400
    answers, 400 × 2 records to other nodes, 1,600 answers to them; and 400 records to each other data centre."""
    traffic = load_of(3, 3, 2, xdr_destinations=2).traffic
    assert traffic.client_in == 1000 * 100 + 400 * 500
    assert traffic.client_out == 1000 * 500 + 400 * 100
    assert traffic.fabric_in == 1600 * 500 + 800 * 100
    assert traffic.fabric_out == 800 * 500 + 1600 * 100
    assert traffic.xdr_out == 2 * 400 * 500
    assert (traffic.bytes_in, traffic.bytes_out) == (1_180_000, 1_500_000)


def test_commits_wear_a_device_by_whole_pages() -> None:
    """All up, each of six nodes takes a copy of 667 writes a second: of 400 bytes twice, or of 4,096 and 400."""
    plain = NamespaceLoad("n", Storage.DEVICE, 1000, 400, 0, 2000, 2)
    committed = replace(plain, commit_to_device=True)
    worn = [
        sized(Workload((load,), (8, 1, 1)), METAL, 1, 6, NOW).date.written_bytes_per_day for load in (plain, committed)
    ]
    assert worn == [86_400 * 667 * 800, 86_400 * 667 * 4496]


def test_one_copy_is_sent_nowhere() -> None:
    traffic = load_of(1, 1, 3).traffic
    assert (traffic.fabric_in, traffic.fabric_out) == (0, 0)
