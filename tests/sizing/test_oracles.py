"""Published figures of index, storage and replication, each with its source."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, exp, lgamma, log

import pytest

from aerofleet.sizing import (
    Assumptions,
    Bin,
    Capacity,
    Device,
    NamespaceLoad,
    Particle,
    Record,
    Storage,
    Survive,
    Workload,
    size,
)
from aerofleet.sizing.device import (
    act_load,
    blocks_bytes,
    data_size_bytes,
    device_capacity_bytes,
    memory_stripes,
    write_bytes_per_second,
)
from aerofleet.sizing.headroom import share_in_short_rack, share_of_partitions_lost, spread_after_loss
from aerofleet.sizing.index import (
    FLASH_SPRIG_BYTES,
    blocks_in_ten_thousandths,
    flash_index_bytes,
    flash_sprigs,
    primary_index_bytes,
    secondary_index_bytes,
    secondary_index_bytes_before_6,
    secondary_index_node_bytes,
    set_index_bytes,
    set_index_used_bytes,
    tree_bytes,
)
from aerofleet.sizing.server import size_class_bytes

GIB, MIB = 1 << 30, 1 << 20


def test_primary_index_of_100_million() -> None:
    """Record-sizing documents: 100 M × 64 × 2 = 12.8 GB."""
    assert primary_index_bytes(2 * 100_000_000) == 12_800_000_000


def test_primary_index_of_4_billion() -> None:
    """Capacity-planning documents: 4 G, two copies: 476.8 GiB."""
    assert primary_index_bytes(2 * 4_000_000_000) == 512_000_000_000
    assert round(primary_index_bytes(2 * 4_000_000_000) / GIB, 1) == 476.8


def test_the_budget_lies_above_what_is_used() -> None:
    """2²⁴ records fill one stage exactly; the next one has to fit as well."""
    load = NamespaceLoad("n", Storage.MEMORY, 1 << 24, 100, 1, 1)
    need = size(Workload((load,), (8, 1)), Capacity(64 * GIB, 8, 10**10), 1, Assumptions(months=0)).date.namespaces[0]
    assert need.index_used_bytes == GIB
    assert need.indexes_memory_budget_bytes == 2 * GIB


@pytest.mark.parametrize(("sprigs", "kib"), [(256, 40), (4096, 56), (65_536, 384)])
def test_partition_trees(sprigs: int, kib: int) -> None:
    """Measured heap of a namespace of server 8.1.1.1, 4096 partitions: 160 MiB with 256 sprigs. A tree has 36,152
    bytes, and jemalloc takes 40 KiB for it."""
    assert tree_bytes(4096, 4095, sprigs, on_flash=False) == 4096 * kib << 10


@pytest.mark.parametrize(
    ("size", "taken"),
    [(1, 16), (100, 112), (129, 160), (1056, 1280), (4096, 4096), (4097, 5120), (36_152, 40_960), (262_145, 327_680)],
)
def test_allocations_are_rounded_up_to_a_size_class(size: int, taken: int) -> None:
    """jemalloc's manual, table of size classes."""
    assert size_class_bytes(size) == taken


def test_all_flash() -> None:
    """All-flash sizing documents: 4 G records at fill 1/2 → 32,768 sprigs; 3.25 GiB of memory, 1 TiB of flash."""
    sprigs = flash_sprigs(4_000_000_000)
    assert sprigs == 32_768
    assert FLASH_SPRIG_BYTES * sprigs * 2 * 4096 == 3.25 * GIB
    assert flash_index_bytes(2 * 4096, sprigs) == 1 << 40


def test_all_flash_of_three_nodes() -> None:
    """The same on three nodes with a fifth of headroom: 427 GiB of flash and 1,387 MiB for sprigs, a node."""
    flash = flash_index_bytes(2 * 4096, 32_768) / 3
    assert round(flash / GIB) == 341
    assert round(flash / 0.8 / GIB) == 427
    assert round(FLASH_SPRIG_BYTES * 32_768 * 2 * 4096 / 3 / 0.8 / MIB) == 1387


def test_all_flash_through_a_whole_sizing() -> None:
    """The figures of the two tests above come out of a sized cluster of three nodes, no loss planned for. Of memory it
    has more than the documents: a tree of 34 KiB with its 416 KiB of sprigs takes the allocator's next class, 512 KiB.
    """
    load = NamespaceLoad("big", Storage.ALL_FLASH, 4_000_000_000, 128, 1000, 100)
    capacity = Capacity(64 * GIB, 32, 10**11, (Device(1 << 40, 30, 3),) * 4)
    assumed = Assumptions(survive=Survive.NOTHING, maximum_nodes=3, months=0)
    need = size(Workload((load,), (8, 1, 1)), capacity, 1, assumed).date.namespaces[0]
    assert need.sprigs == 32_768
    assert round(need.mounts_bytes / GIB) == 427
    assert need.tree_bytes == 2731 * 512 * 1024
    assert need.indexes_memory_budget_bytes == 0


def test_set_index_entries() -> None:
    """aerospike-server base/set_index.h: 16 bytes an entry."""
    assert set_index_used_bytes(1_000_000) == 16_000_000


def test_set_index_floor() -> None:
    """A tree of 1,344 bytes and a block of 4 KiB for each of 4096 partitions. A block has 256 places, and the first of
    the first block is the end of all branches (aerospike-server 8.1 set_index.c, uarena_init)."""
    floor = 4096 * (1344 + 4096)
    assert set_index_bytes(0, 4096) == floor
    assert set_index_bytes(1, 4096) == floor
    assert set_index_bytes(150 * 4096, 4096) == floor
    assert set_index_bytes(400 * 4096, 4096) - floor == pytest.approx(16 * MIB, rel=0.001)


def test_set_index_of_a_million() -> None:
    """Measured on server 8.1.1.1: 26.2 MB of heap for 1,000,000 records, which are 244 a partition on average."""
    assert set_index_bytes(1_000_000, 4096) == pytest.approx(26_200_000, rel=0.005)


@pytest.mark.parametrize("mean", [200, 244, 255, 300, 511, 5000, 1_000_000])
def test_blocks_of_a_set_index(mean: int) -> None:
    """The mean over Poisson's distribution, summed up number by number."""
    chances = ((n, exp(n * log(mean) - mean - lgamma(n + 1))) for n in range(max(0, mean - 9_000), mean + 9_000))
    blocks = sum(chance * ceil((n + 1) / 256) for n, chance in chances)
    assert blocks_in_ten_thousandths(mean * 4096) / 10_000 == pytest.approx(blocks, rel=0.003)


def test_secondary_index_of_10_million() -> None:
    """Secondary-index capacity documents 8.1: 200 MiB on average, 267 MiB at worst."""
    assert secondary_index_bytes(10_000_000, worst=False) == 210_000_000
    assert secondary_index_bytes(10_000_000) == 280_000_000
    assert round(secondary_index_bytes(10_000_000, worst=False) / MIB) == 200
    assert round(secondary_index_bytes(10_000_000) / MIB) == 267


def test_secondary_index_floor() -> None:
    """Secondary-index capacity documents 8.1: a block of 4 KiB for each partition."""
    assert secondary_index_node_bytes(10, 4096, (8, 1)) == 16 * MIB


def test_secondary_index_before_6() -> None:
    """Capacity-planning guide 2019: 16.25 × 1.5 a key and 40 a record; above 32 records a key 28.44 × 1.5 a record."""
    assert secondary_index_bytes_before_6(1_000, 32_000) == 24_375 + 1_280_000
    assert secondary_index_bytes_before_6(1_000, 33_000) == 24_375 + 1_407_780
    assert secondary_index_bytes_before_6(1_000, 32_000, text=True) == 42_660 + 1_280_000


@pytest.mark.parametrize(("lwm", "hundredths"), [(50, 200), (60, 250), (40, 167)])
def test_write_amplification(lwm: int, hundredths: int) -> None:
    """ACT cfg_storage.c: 100 / (100 − defrag-lwm-pct): 2.0, 2.5, 1.67."""
    assert round(write_bytes_per_second(1, 1_000_000, lwm) / 10_000) == hundredths


def load_of_a_device(reads: int, writes: int, record: int, lwm: int = 50) -> float:
    return act_load(reads, record, write_bytes_per_second(writes, record, lwm))


def test_act_at_1x() -> None:
    """ACT README 6.6: 2,000 reads and 1,000 writes of 1.5 KB a second."""
    assert load_of_a_device(2000, 1000, 1500) == 1
    assert load_of_a_device(2000, 1000, 3000) == 2


def test_act_of_small_records() -> None:
    """A read of a small record costs a device a read all the same. Writes go out in large blocks, so they count by
    their bytes (ACT cfg_storage.c, original_write_rate_in_large_blocks_per_sec)."""
    assert load_of_a_device(2000, 0, 150) == 1
    assert load_of_a_device(0, 10_000, 150) == 1
    assert load_of_a_device(0, 10_000, 150, lwm=75) == 2


def test_writes_committed_one_by_one() -> None:
    """ACT cfg_storage.c, commit_to_device: each write goes out by itself, and only defragmentation, amplification less
    one, in large blocks. A device writes 4 KiB at least (aerospike-server drv_common.h, HI_IO_MIN_SIZE)."""
    assert write_bytes_per_second(1000, 144, 50, commit=True) == 1000 * (4096 + 144)
    assert write_bytes_per_second(1000, 5000, 50, commit=True) == 1000 * (8192 + 5000)
    assert write_bytes_per_second(1000, 144, 75, commit=True) == 1000 * (4096 + 3 * 144)


def test_data_size_of_eight_stripes() -> None:
    """aerospike-server 8.1 drv_mem.c: at least 8 stripes, each with a header of 8 MiB; the reserve is a block each
    (measured on 8.1.1.1), with a device behind it 8: 100 GiB are 1,600 blocks in a stripe, 1,602 with header and
    reserve."""
    assert data_size_bytes(100 * GIB, 8, 8 * MIB, 512 * MIB) == 8 * 1602 * 8 * MIB
    assert data_size_bytes(100 * GIB + 1, 8, 8 * MIB, 512 * MIB) == 8 * 1603 * 8 * MIB
    assert data_size_bytes(100 * GIB, 8, 8 * MIB, 512 * MIB, is_backed=True) == 8 * 1609 * 8 * MIB
    assert data_size_bytes(0, 8, 8 * MIB, GIB) == GIB


@pytest.mark.parametrize(("tib", "count"), [(1, 8), (15, 8), (16, 9), (17, 9), (20, 11)])
def test_stripes_have_2_tib_at_most(tib: int, count: int) -> None:
    """aerospike-server 8.1 drv_mem.c, MAX_STRIPE_SZ and MIN_N_STRIPES. 16 TiB of data and the headers need a ninth."""
    assert memory_stripes(tib << 40, 8 * MIB) == count
    assert data_size_bytes(tib << 40, count, 8 * MIB, 0) <= count * (2 << 40)


def test_devices_are_filled_by_whole_blocks() -> None:
    """aerospike-server drv_ssd: a device has its header of 8 MiB and whole blocks; what is left over is not used."""
    assert device_capacity_bytes(1, 4, 8 * MIB) == 4 * (1 + 8 + 1) * 8 * MIB
    assert device_capacity_bytes(4 * 8 * MIB + 1, 4, 8 * MIB) == 4 * (1 + 8 + 2) * 8 * MIB
    assert device_capacity_bytes(9 * MIB, 1, MIB) == (8 + 8 + 9) * MIB


def test_records_do_not_cross_write_blocks() -> None:
    """aerospike-server 8.1 drv_common.h: 8 MiB blocks; five records of 1.5 MiB fit into one."""
    assert blocks_bytes(5, 3 * MIB // 2, 8 * MIB) == 8 * MIB
    assert blocks_bytes(6, 3 * MIB // 2, 8 * MIB) == 16 * MIB


def test_two_of_ten_nodes_lost() -> None:
    """Field figure for replication factor 2: 2.2 % of the partitions."""
    lost = share_of_partitions_lost(10, 2, 2)
    assert lost == Fraction(1, 45)
    assert round(100 * lost, 1) == Fraction(22, 10)


def test_a_lost_node_without_racks() -> None:
    """N / (N − f): nine of ten nodes carry 2 / 9 of the partitions each."""
    assert share_in_short_rack(2, 1, 10) == Fraction(2, 9)
    assert spread_after_loss(2, 1, 10, Survive.NODE).partitions == 911


def test_a_lost_rack() -> None:
    """R / (R − 1): two of three racks carry half as much again."""
    assert spread_after_loss(2, 3, 4, Survive.NOTHING).partitions == 683
    assert spread_after_loss(2, 3, 4, Survive.RACK).partitions == 1024


def test_a_lost_node_with_as_many_copies_as_racks() -> None:
    """Each rack keeps a copy of everything, so the burden stays in the rack: 1 / (n − 1)."""
    assert share_in_short_rack(3, 3, 4) == Fraction(1, 3)
    assert spread_after_loss(3, 3, 2, Survive.NODE).partitions == 4096


def test_a_lost_node_with_fewer_copies_than_racks() -> None:
    """Three racks of two, two copies. Chance that the short rack is in neither draw: 4/5 × 2/3 = 8/15."""
    assert share_in_short_rack(2, 3, 2) == Fraction(7, 15)


GUIDE = Assumptions(minimum_nodes=2, months=0)
"""The guide plans two nodes, of which one can be down."""


def test_guide_example_1() -> None:
    """Provisioning guide 2019: 125 M × 1.5 KB, 16 K reads and 8 K writes → 2 × (4 cores, 16 GB, 2 × 256 GB, 1 GbE)."""
    load = NamespaceLoad("test", Storage.DEVICE, 125_000_000, 1500, 16_000, 8_000)
    capacity = Capacity(16 * GIB, 4, 1_000_000_000, (Device(256_000_000_000),) * 2)
    sizing = size(Workload((load,), (4, 9)), capacity, 1, GUIDE)
    assert sizing.fits
    assert sizing.nodes == 2
    assert sizing.date.namespaces[0].primary_index_bytes == 8_000_000_000


def test_guide_example_2() -> None:
    """Provisioning guide 2019: 50 M × 500 B in memory with persistence, 60 K + 30 K → 2 × 64 GB, 27 GB used on each
    and 110 GB of SSD."""
    record = Record(bins=(Bin("a", Particle.STRING, 250), Bin("b", Particle.STRING, 250)))
    load = NamespaceLoad("test", Storage.MEMORY_AND_DEVICE, 50_000_000, record, 60_000, 30_000)
    capacity = Capacity(64 * GIB, 16, 10_000_000_000, (Device(110_000_000_000),))
    sizing = size(Workload((load,), (4, 9)), capacity, 1, GUIDE)
    need = sizing.date.namespaces[0]
    assert sizing.fits
    assert sizing.nodes == 2
    assert round(need.data_bytes / 10**9) == 27
    assert round(need.device_bytes / 10**10) == 11


def test_guide_example_3() -> None:
    """Provisioning guide 2019: 250 M × 1.5 KB, 40 K + 20 K → 2 × i3.2xlarge (8 cores, 61 GiB, 1.9 TB, 10 Gbit/s)."""
    load = NamespaceLoad("test", Storage.DEVICE, 250_000_000, 1500, 40_000, 20_000)
    capacity = Capacity(61 * GIB, 8, 10_000_000_000, (Device(1_900_000_000_000),))
    sizing = size(Workload((load,), (4, 9)), capacity, 1, GUIDE)
    assert sizing.fits
    assert sizing.nodes == 2
