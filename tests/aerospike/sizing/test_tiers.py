"""The four shapes of tier over random workloads: a pod always holds what its own settings let it take."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from aerofleet.aerospike.sizing import Assumptions, GivenSize, Sizing, findings, memory_shortfalls, shortfalls, size
from tests.aerospike.sizing.workloads import METAL, TIERS, TierShape, random_workload

WORKLOADS = 1000
FEWER = 100


def sizings(tier: TierShape, count: int) -> list[Sizing]:
    random = Random(tier.name)
    assumed = Assumptions(survive=tier.survive)
    return [size(random_workload(tier, random), METAL, 3, assumed) for _ in range(count)]


@pytest.mark.parametrize("tier", TIERS, ids=[tier.name for tier in TIERS])
def test_no_pod_is_smaller_than_what_it_holds(tier: TierShape) -> None:
    """The parts of each namespace are added up here again: data, indexes, sprigs, caches, and the server itself."""
    fitting = 0
    for sizing in sizings(tier, WORKLOADS):
        taken = sizing.date.process_bytes
        for need, given in zip(sizing.date.namespaces, sizing.pod.namespaces, strict=True):
            assert given.indexes_memory_budget_bytes > need.index_used_bytes
            taken += given.indexes_memory_budget_bytes + given.data_size_bytes + need.sprig_bytes + need.cache_bytes
            if need.data_size_bytes:
                assert need.data_bytes * 100 < given.stop_writes_used_percent * given.data_size_bytes
        assert taken <= sizing.pod.memory_bytes * sizing.pod.stop_writes_sys_memory_percent // 100
        assert memory_shortfalls(sizing.pod, sizing.assumptions) == ()
        assert findings(sizing.pod, "pod", sizing.assumptions) == ()
        fitting += sizing.fits
    assert fitting > WORKLOADS // 2


@pytest.mark.parametrize("tier", TIERS, ids=[tier.name for tier in TIERS])
def test_the_rule_speaks_up_for_a_pod_that_is_too_small(tier: TierShape) -> None:
    for sizing in sizings(tier, FEWER):
        small = replace(sizing.pod, memory_bytes=sizing.date.memory_bytes - 1)
        assert [each.path for each in memory_shortfalls(small, sizing.assumptions)] == ["memory_bytes"]
        assert [each.rule for each in findings(small, "pod", sizing.assumptions)] == ["pod-memory"]


@pytest.mark.parametrize("tier", TIERS, ids=[tier.name for tier in TIERS])
def test_what_was_sized_carries_its_workload_as_a_given_size(tier: TierShape) -> None:
    for sizing in sizings(tier, FEWER):
        if sizing.fits:
            given = GivenSize(3, sizing.nodes_per_rack, sizing.pod, METAL.network_bits_per_second, METAL.devices)
            assert shortfalls(sizing.workload, given, sizing.assumptions) == ()
