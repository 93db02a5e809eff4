"""The four shapes of tier over random workloads: a pod always holds what its own settings let it take."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil
from random import Random

import pytest

from aerofleet.sizing import (
    Assumptions,
    NamespaceLoad,
    SizeToCheck,
    Sizing,
    Storage,
    memory_shortfalls,
    shortfalls,
    size,
)
from tests.sizing.workloads import METAL, TIERS, TierShape, random_workload

WORKLOADS = 1000
FEWER = 100
GIB, MIB = 1 << 30, 1 << 20


def sizings(tier: TierShape, count: int) -> list[Sizing]:
    random = Random(tier.name)
    assumed = Assumptions(survive=tier.survive)
    return [size(random_workload(tier, random), METAL, 3, assumed) for _ in range(count)]


def data_after_a_year(load: NamespaceLoad, sizing: Sizing, partitions: int) -> int:
    """Bytes of memory that one namespace takes on a node with ``partitions`` of 4096, reckoned from the layouts alone.

    Index entries of 64 bytes, secondary ones of 14 in half-full blocks, stages of 1 GiB for each of the two; set
    entries of 16 in blocks of 256; records in memory; 4 devices with caches of 320 MiB; 256 sprigs of 5 bytes, trees of
    34 or 10 KiB a partition."""
    version = sizing.workload.server_version
    share = Fraction(partitions, 4096) * Fraction(100 + sizing.workload.growth_per_month_percent, 100) ** 12
    memory = partitions * (256 * 5 + (34_816 if version >= (7, 0) else 10_240))
    memory += ceil(64 * (load.objects + load.tombstones) * share / GIB) * GIB
    memory += ceil(sum(28 * secondary_index * share for secondary_index in load.secondary_indexes) / GIB) * GIB
    memory += sum(partitions * ceil(Fraction(set_index, 4096 * 256)) * 4096 for set_index in load.set_indexes)
    if load.storage is Storage.MEMORY:
        return memory + ceil(load.objects * share) * load.memory_record_bytes(version)
    return memory + 4 * 320 * MIB


@pytest.mark.parametrize("tier", TIERS, ids=[tier.name for tier in TIERS])
def test_no_pod_is_smaller_than_what_it_holds(tier: TierShape) -> None:
    """Heap is 2 GiB, a connection 16 or 64 KiB, and writes stop by percentage at 90 % of the pod."""
    fitting = 0
    for sizing in sizings(tier, WORKLOADS):
        taken = 2 * GIB + 15_000 * 1024 * (64 if tier.tls else 16)
        for load, limits in zip(sizing.workload.namespaces, sizing.pod.namespaces, strict=True):
            taken += data_after_a_year(load, sizing, limits.partitions)
        assert taken * 100 <= sizing.pod.memory_bytes * 90
        assert memory_shortfalls(sizing.pod, sizing.assumptions) == ()
        assert memory_shortfalls(sizing.pod, sizing.assumptions) == ()
        fitting += sizing.fits
    assert fitting > WORKLOADS // 2


@pytest.mark.parametrize("tier", TIERS, ids=[tier.name for tier in TIERS])
def test_no_limit_stops_writes_before_the_date(tier: TierShape) -> None:
    for sizing in sizings(tier, FEWER):
        for need, limits in zip(sizing.date.namespaces, sizing.pod.namespaces, strict=True):
            if sizing.workload.server_version < (7, 0):
                data = need.data_bytes if need.storage is Storage.MEMORY else 0
                assert (need.index_used_bytes + data) * 100 < 90 * limits.memory_size_bytes
            else:
                assert need.index_used_bytes < limits.indexes_memory_budget_bytes
            capacity = limits.data_size_bytes or limits.device_bytes
            if capacity:
                assert need.data_bytes * 100 < limits.stop_writes_used_percent * capacity


@pytest.mark.parametrize("tier", TIERS, ids=[tier.name for tier in TIERS])
def test_the_rule_speaks_up_for_a_pod_that_is_too_small(tier: TierShape) -> None:
    for sizing in sizings(tier, FEWER):
        small = replace(sizing.pod, memory_bytes=sizing.date.memory_bytes - 1)
        assert [shortfall.path for shortfall in memory_shortfalls(small, sizing.assumptions)] == ["memory_bytes"]
        assert [lack.path for lack in memory_shortfalls(small, sizing.assumptions)] == ["memory_bytes"]


@pytest.mark.parametrize("tier", TIERS, ids=[tier.name for tier in TIERS])
def test_what_was_sized_carries_its_workload_as_a_given_size(tier: TierShape) -> None:
    for sizing in sizings(tier, FEWER):
        if sizing.fits:
            checked = SizeToCheck(3, sizing.nodes_per_rack, sizing.pod, METAL.network_bits_per_second, METAL.devices)
            assert shortfalls(sizing.workload, checked, sizing.assumptions) == ()
