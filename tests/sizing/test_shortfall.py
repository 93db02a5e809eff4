"""Every shortfall of a size to check is reported with its own path."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aerofleet.sizing import (
    Assumptions,
    Bin,
    Capacity,
    Constraint,
    Device,
    NamespaceLimits,
    NamespaceLoad,
    Particle,
    PodSettings,
    Record,
    SizeToCheck,
    Storage,
    Workload,
    host_share,
    memory_shortfalls,
    shortfalls,
    size,
)
from aerofleet.sizing.pod import configured_index_bytes

GIB = 1 << 30
METAL = Capacity(128 * GIB, 32, 25_000_000_000, (Device(1_600_000_000_000, 60, 3),) * 2)
CARTS = NamespaceLoad("carts", Storage.MEMORY, 20_000_000, 1000, 50_000, 10_000)
ORDERS = NamespaceLoad(
    "orders", Storage.DEVICE, 200_000_000, 1500, 40_000, 8_000, secondary_indexes=(200_000_000,), set_indexes=(1000,)
)
WORKLOAD = Workload((CARTS, ORDERS), (8, 1, 2), peak_factor=2, growth_per_month_percent=1)


@pytest.fixture
def size_to_check() -> SizeToCheck:
    sizing = size(WORKLOAD, METAL, 3)
    assert sizing.fits
    return SizeToCheck(3, sizing.nodes_per_rack, sizing.pod, METAL.network_bits_per_second, METAL.devices)


def with_namespace(checked: SizeToCheck, index: int, **changes: int) -> SizeToCheck:
    namespaces = list(checked.pod.namespaces)
    namespaces[index] = replace(namespaces[index], **changes)  # type: ignore[arg-type]
    return replace(checked, pod=replace(checked.pod, namespaces=tuple(namespaces)))


def paths(checked: SizeToCheck) -> list[str]:
    return [shortfall.path for shortfall in shortfalls(WORKLOAD, checked)]


def test_the_size_found_lacks_nothing(size_to_check: SizeToCheck) -> None:
    assert shortfalls(WORKLOAD, size_to_check) == ()


def test_a_small_data_size(size_to_check: SizeToCheck) -> None:
    assert paths(with_namespace(size_to_check, 0, data_size_bytes=GIB)) == [
        "namespaces.carts.data_size_bytes",
        "namespaces.carts.stop_writes_used_percent",
    ]


def test_a_budget_that_the_indexes_reach(size_to_check: SizeToCheck) -> None:
    assert paths(with_namespace(size_to_check, 1, indexes_memory_budget_bytes=GIB)) == [
        "namespaces.orders.indexes_memory_budget_bytes"
    ]


def test_a_budget_that_is_just_reached(size_to_check: SizeToCheck) -> None:
    """aerospike-server 8.1 nsup.c: writes stop above the budget, not at it."""
    used = size(WORKLOAD, METAL, 3).date.namespaces[1].index_used_bytes
    assert paths(with_namespace(size_to_check, 1, indexes_memory_budget_bytes=used)) == []
    assert paths(with_namespace(size_to_check, 1, indexes_memory_budget_bytes=used - 1)) == [
        "namespaces.orders.indexes_memory_budget_bytes"
    ]


def test_no_budget_at_all(size_to_check: SizeToCheck) -> None:
    found = shortfalls(WORKLOAD, with_namespace(size_to_check, 1, indexes_memory_budget_bytes=0))
    assert [shortfall.path for shortfall in found] == ["namespaces.orders.indexes_memory_budget_bytes"]
    assert "nothing stops the indexes" in found[0].reason


@pytest.mark.parametrize(("budget", "secondary", "gib"), [(GIB + 1, 0, 2), (2 * GIB, 0, 2), (GIB + 1, 1, 3), (1, 2, 2)])
def test_indexes_take_whole_stages_whatever_their_budget(budget: int, secondary: int, gib: int) -> None:
    """A stage has 1 GiB (configuration schema 8.1); all secondary indexes of a namespace share their stages."""
    checked = NamespaceLimits("n", Storage.MEMORY, budget, secondary_indexes=secondary, partitions=4096)
    assert configured_index_bytes(checked) == gib * GIB


def test_memory_is_as_large_as_the_devices_behind_it() -> None:
    """aerospike-server 8.1 drv_mem.c: memory mirrors its devices, used or not. 400 GB behind a pod of 64 GiB."""
    mirrored = NamespaceLimits("n", Storage.MEMORY_AND_DEVICE, GIB, GIB, device_bytes=400_000_000_000, devices=2)
    (found,) = memory_shortfalls(PodSettings(64 * GIB, 4, (mirrored,), (8, 1, 1)))
    assert found.path == "memory_bytes"
    assert found.need > 400_000_000_000


@pytest.mark.parametrize(
    ("version", "stored", "limit"),
    [((8, 1), 1 << 20, 0), ((8, 1), 3_000_000, 3_000_000), ((7, 0), 3_000_000, 4 << 20), ((6, 0), 5_000_000, 8 << 20)],
)
def test_records_above_the_default_limit_say_which_they_need(version: tuple[int, ...], stored: int, limit: int) -> None:
    """max-record-size 1 MiB since 7.1, write-block-size 1 MiB before (configuration schemas), a power of two."""
    load = NamespaceLoad("n", Storage.DEVICE, 1000, stored, 1, 1)
    checked = size(Workload((load,), version), METAL, 3).pod.namespaces[0]
    assert checked.record_limit_bytes == limit


def test_records_that_the_server_refuses() -> None:
    load = NamespaceLoad("n", Storage.DEVICE, 1000, 3_000_000, 1, 1)
    large = Workload((load,), (8, 1, 1))
    sizing = size(large, METAL, 3)
    checked = SizeToCheck(3, sizing.nodes_per_rack, sizing.pod, METAL.network_bits_per_second, METAL.devices)
    assert shortfalls(large, checked) == ()
    (found,) = shortfalls(large, with_namespace(checked, 0, record_limit_bytes=0))
    assert found.path == "namespaces.n.record_limit_bytes"


def test_writes_that_stop_too_early(size_to_check: SizeToCheck) -> None:
    assert paths(with_namespace(size_to_check, 0, stop_writes_used_percent=40)) == [
        "namespaces.carts.stop_writes_used_percent"
    ]


def test_small_devices(size_to_check: SizeToCheck) -> None:
    small = replace(size_to_check, devices=(Device(100_000_000_000, 60, 30),))
    assert paths(small) == [Constraint.DEVICE_CAPACITY]


def test_slow_devices(size_to_check: SizeToCheck) -> None:
    slow = tuple(replace(device, act_rating=1) for device in METAL.devices)
    assert paths(replace(size_to_check, devices=slow)) == [Constraint.DEVICE_SPEED]


def test_devices_that_wear_out(size_to_check: SizeToCheck) -> None:
    weak = tuple(replace(device, drive_writes_per_day=0.1) for device in METAL.devices)
    assert paths(replace(size_to_check, devices=weak)) == [Constraint.ENDURANCE]


def test_a_slow_network(size_to_check: SizeToCheck) -> None:
    assert paths(replace(size_to_check, network_bits_per_second=1_000_000_000)) == [Constraint.NETWORK]


def test_few_cores(size_to_check: SizeToCheck) -> None:
    assert paths(replace(size_to_check, pod=replace(size_to_check.pod, cores=1))) == [Constraint.CORES]


def test_a_pod_below_what_its_settings_let_it_take(size_to_check: SizeToCheck) -> None:
    """12 GiB of limit, and budget and data-size alone are more."""
    pod = replace(size_to_check.pod, memory_bytes=12 * GIB)
    (lack,) = memory_shortfalls(pod)
    assert lack.path == "memory_bytes"
    assert "killed before any limit stops writes" in lack.reason


def test_a_pod_whose_memory_percentage_stops_writes_first(size_to_check: SizeToCheck) -> None:
    """All of it fits, but not below 90 % of the limit, which server 8.1.2 with cgroup-mem-tracking looks at."""
    assert size_to_check.pod.cgroup_memory_tracking
    taken = size(WORKLOAD, METAL, 3).date.memory_bytes
    tight = replace(size_to_check.pod, memory_bytes=taken * 100 // 95)
    (found,) = memory_shortfalls(tight)
    assert "stop-writes-sys-memory-pct" in found.reason
    assert memory_shortfalls(replace(tight, cgroup_memory_tracking=False)) == ()


def test_budget_and_arenas_before_and_since_cgroup_tracking() -> None:
    """The server of 8.1.1 looks at the host's memory whatever is configured."""
    old = size(replace(WORKLOAD, server_version=(8, 1, 1)), METAL, 3)
    assert not old.pod.cgroup_memory_tracking


def test_namespaces_have_to_match(size_to_check: SizeToCheck) -> None:
    with pytest.raises(ValueError, match="same namespaces"):
        shortfalls(Workload((CARTS,), (8, 1)), size_to_check)


def test_devices_that_nobody_measured_are_unknown_and_not_fine() -> None:
    capacity = replace(METAL, devices=(Device(1_600_000_000_000),) * 2)
    assert size(WORKLOAD, capacity, 3).unknown == (Constraint.DEVICE_SPEED, Constraint.ENDURANCE)


def test_what_each_pod_of_a_host_can_have() -> None:
    """aerospike-server 8.1 os.c: a stage of 1 GiB and 100 MiB are kept free, 1,150,976 KiB. 256 GiB less that and 4 GiB
    for the system are 263,090,176 KiB; for two pods half of it, of the cores and of the line."""
    share = host_share(256 * GIB, 64, 50_000_000_000, (Device(1_600_000_000_000),), pods=2)
    assert share.memory_bytes == 131_545_088 * 1024
    assert (share.cores, share.network_bits_per_second, share.device_count) == (32, 25_000_000_000, 1)
    assert host_share(4 * GIB, 4, 10**9).memory_bytes == 0


def test_a_drive_above_2_tib_counts_as_several_devices() -> None:
    assert Capacity(GIB, 1, 1, (Device(5 << 40),)).device_count == 3


@pytest.mark.parametrize(
    ("racks", "copies", "consistent", "nodes"), [(1, 2, False, 3), (3, 3, True, 6), (2, 2, False, 4), (5, 2, False, 5)]
)
def test_least_number_of_nodes(racks: int, copies: int, consistent: bool, nodes: int) -> None:
    """Three at least; with strong consistency one more than copies, and all racks alike."""
    load = NamespaceLoad("n", Storage.MEMORY, 1000, 100, 1, 1, copies, consistent)
    sizing = size(Workload((load,), (8, 1, 1)), METAL, racks)
    assert (sizing.nodes, sizing.binding) == (nodes, Constraint.COPIES)


def test_what_cannot_be_sized() -> None:
    load = NamespaceLoad("n", Storage.MEMORY, 1000, 100, 1, 1, replication_factor=300)
    with pytest.raises(ValueError, match="300 nodes"):
        size(Workload((load,), (8, 1, 1)), METAL, 1)
    with pytest.raises(ValueError, match="at least one rack"):
        size(WORKLOAD, METAL, 0)
    with pytest.raises(ValueError, match=r"older than 3\.1"):
        Workload((CARTS,), (2, 0))
    with pytest.raises(ValueError, match="percentage from 1 to 100"):
        Assumptions(memory_used_percent=0)
    with pytest.raises(ValueError, match="device_used_percent 50 is above defrag_lwm_percent 30"):
        Assumptions(defrag_lwm_percent=30)
    large = Record((Bin("b", Particle.BLOB, 8 << 20),))
    with pytest.raises(ValueError, match=r"8,388,656 bytes cannot be stored"):
        Workload((replace(CARTS, record=large),), (8, 1))
    with pytest.raises(ValueError, match="from 1 to 10,000"):
        Workload((CARTS,), (8, 1), peak_factor=1e308)
    with pytest.raises(ValueError, match="at most"):
        replace(CARTS, objects=10**19)
    flash = replace(ORDERS, storage=Storage.ALL_FLASH, objects=10**15)
    with pytest.raises(ValueError, match="268,435,456 sprigs"):
        size(Workload((flash,), (8, 1)), METAL, 3)


def test_tombstones_have_the_set_of_the_records() -> None:
    """aerospike-server flat.h: 35 + 1 + 63 + mark 4 = 103, up to 112: 74,898 in a block. 35 + 2 + 4 = 41, up to 48."""
    long, short = (
        NamespaceLoad("n", Storage.DEVICE, 0, Record((Bin("b", Particle.BLOB, 1),), name), 1, 1, tombstones=10**6)
        for name in ("s" * 63, "s")
    )
    assert (long.tombstone_bytes((8, 1)), short.tombstone_bytes((8, 1))) == (112, 48)
    assert size(Workload((long,), (8, 1)), METAL, 1).date.namespaces[0].data_bytes == 14 * 8 << 20
