"""The forecast of copies against published figures and worked examples."""

from __future__ import annotations

from math import comb

import pytest

from aerofleet.forecast.copies.partitions import Partitions, Placement
from aerofleet.forecast.copies.spread import PARTITIONS, spread_of


def nodes(count: int) -> int:
    return (1 << count) - 1


@pytest.mark.parametrize(("members", "lost", "copies"), [(10, 2, 2), (6, 3, 3), (12, 5, 2)])
def test_share_of_partitions_lost_with_so_many_nodes(members: int, lost: int, copies: int) -> None:
    """discuss.aerospike.com 2032: M!(N−R)! / ((M−R)! N!) of the partitions; 2 of 10 nodes and 2 copies: 2.2 %."""
    spread = spread_of(copies, nodes(members), (nodes(members),))
    share = comb(members - copies, lost - copies) / comb(members, lost)
    assert spread.share_within(nodes(lost)) == pytest.approx(share)
    assert spread.fewest(nodes(members) & ~nodes(lost)) == 0


def test_a_rack_has_one_copy() -> None:
    """Aerospike documentation, rack awareness: as many copies as racks, so one copy in each rack."""
    racks = (0b000011, 0b001100, 0b110000)
    partitions = Partitions(Placement(3, racks), nodes(6))
    partitions.leave(racks[0])
    assert partitions.copies() == 2
    assert partitions.after_loss(racks) == 1
    partitions.leave(racks[1])
    assert partitions.copies() == 1
    assert partitions.after_node_loss() == 0


def test_the_active_rack_has_a_copy_of_everything() -> None:
    """Aerospike documentation, rack awareness, active rack: it has the master of every partition."""
    racks = (0b000011, 0b001100, 0b110000)
    for preferred, left in ((racks[0], 1), (0, 0)):
        partitions = Partitions(Placement(2, racks, preferred), nodes(6))
        partitions.leave(racks[1] | racks[2])
        assert partitions.copies() == left


@pytest.mark.parametrize(
    ("away", "unserved"),
    [
        (1, 0),  # fewer nodes than copies are away
        (2, 1 / 10),  # a majority serves what it has a roster replica of: all but 1 of 10 pairs
        (3, 9 / 10),  # a minority serves that of which it has both roster replicas: 1 of 10 pairs
        (4, 1),  # fewer nodes than copies are there
    ],
)
def test_five_nodes_of_a_roster(away: int, unserved: float) -> None:
    """Aerospike documentation, consistency modes, figures 2 to 5: five nodes, two copies."""
    partitions = Partitions(Placement(2, (nodes(5),)), nodes(5), is_strong=True)
    partitions.leave(nodes(away))
    assert partitions.unserved() == round(unserved * PARTITIONS)


def test_half_of_a_roster_serves_what_its_nodes_are_master_of() -> None:
    """The same page: exactly half of the nodes, and the roster master decides."""
    racks = (0b0011, 0b1100)
    partitions = Partitions(Placement(2, racks), nodes(4), is_strong=True)
    partitions.leave(racks[0])
    assert partitions.copies() == 1
    assert partitions.unserved() == PARTITIONS // 2


def test_a_rolling_upgrade_without_a_wait_leaves_subsets() -> None:
    """The same page, "Full partitions versus subsets": A leaves and comes back, then B leaves; together the others
    have every record.
    """
    partitions = Partitions(Placement(2, (nodes(5),)), nodes(5), is_strong=True)
    partitions.leave(0b00001)
    partitions.join(0b00001)
    partitions.leave(0b00010)
    assert partitions.copies() == 1
    assert partitions.after_node_loss() == 0
    assert partitions.unserved() == 0
    partitions.settle()
    partitions.join(0b00010)
    partitions.settle()
    assert partitions.copies() == 2
