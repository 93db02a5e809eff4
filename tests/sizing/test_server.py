"""The facts sizing rests on, against the parameter tables of the server's own schemas."""

from __future__ import annotations

import pytest

from aerofleet.aerospike import parameters
from aerofleet.sizing import Assumptions, Capacity, NamespaceLoad, Storage, Workload, parse_version, size
from aerofleet.sizing.index import DEFAULT_SPRIGS
from aerofleet.sizing.namespace import STOP_WRITES_PERCENT_BEFORE_7
from aerofleet.sizing.pod import (
    STOP_WRITES_AVAILABLE_PERCENT,
    STOP_WRITES_SYS_MEMORY_PERCENT,
    STOP_WRITES_USED_PERCENT,
)
from aerofleet.sizing.server import INDEX_STAGE_BYTES, server_facts

VERSIONS = [version for version in parameters.versions() if parse_version(version) >= (6, 0)]
ENGINE = "namespaces.storage-engine"
ASSUMED = Assumptions()
DEFAULTS = {
    "namespaces.index-stage-size": INDEX_STAGE_BYTES,
    "namespaces.partition-tree-sprigs": DEFAULT_SPRIGS,
    "namespaces.stop-writes-pct": STOP_WRITES_PERCENT_BEFORE_7,
    "namespaces.stop-writes-sys-memory-pct": STOP_WRITES_SYS_MEMORY_PERCENT,
    f"{ENGINE}.stop-writes-used-pct": STOP_WRITES_USED_PERCENT,
    f"{ENGINE}.stop-writes-avail-pct": STOP_WRITES_AVAILABLE_PERCENT,
    f"{ENGINE}.defrag-lwm-pct": ASSUMED.defrag_lwm_percent,
    f"{ENGINE}.post-write-cache": ASSUMED.post_write_cache_bytes,
    f"{ENGINE}.max-write-cache": ASSUMED.write_cache_bytes,
    "service.proto-fd-max": ASSUMED.connections,
}


@pytest.mark.parametrize("path", DEFAULTS)
def test_defaults_are_those_of_every_version_that_has_the_parameter(path: str) -> None:
    found = [each.default for version in VERSIONS if (each := parameters.parameter(version, path))]
    assert found
    assert set(found) == {DEFAULTS[path]}


@pytest.mark.parametrize("version", VERSIONS)
def test_facts_of_a_version(version: str) -> None:
    facts = server_facts(parse_version(version))
    data_size = parameters.parameter(version, f"{ENGINE}.data-size")
    assert facts.data_size_minimum_bytes == (data_size.minimum if data_size else 0)
    assert facts.index_budget == (parameters.parameter(version, "namespaces.indexes-memory-budget") is not None)
    block = parameters.parameter(version, f"{ENGINE}.write-block-size")
    assert facts.device_block_bytes == (block.default if block else 8 << 20)


def test_a_small_namespace_gets_the_least_data_size() -> None:
    """7.0 asks for 1 GiB and 8.1 for 512 MiB; header, reserve and data of 8 stripes are 3 blocks of 8 MiB each, more
    than the minimum of 7.1."""
    load = NamespaceLoad("n", Storage.MEMORY, 1000, 100, 1, 1)
    sizes = {
        version: size(Workload((load,), version), Capacity(64 << 30, 8, 10**10), 1).pod.namespaces[0].data_size_bytes
        for version in ((7, 0), (7, 1), (8, 1, 1))
    }
    assert sizes == {(7, 0): 1 << 30, (7, 1): 192 << 20, (8, 1, 1): 512 << 20}


def test_a_server_without_a_budget_for_indexes() -> None:
    load = NamespaceLoad("n", Storage.MEMORY, 1000, 100, 1, 1)
    has_budget = {
        version: size(Workload((load,), version), Capacity(64 << 30, 8, 10**10), 1).pod.index_budget
        for version in ((6, 4), (7, 0), (7, 1))
    }
    assert has_budget == {(6, 4): False, (7, 0): False, (7, 1): True}


@pytest.mark.parametrize("text", ["8", "eight", "8.1.1.0.1", "8.x", ""])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(ValueError, match="no server version"):
        parse_version(text)
