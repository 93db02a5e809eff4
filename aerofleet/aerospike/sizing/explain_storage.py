"""The figures of one namespace's records, indexes and data on one node."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.sizing import assumptions as planning
from aerofleet.aerospike.sizing import index
from aerofleet.aerospike.sizing.assumptions import Assumptions
from aerofleet.aerospike.sizing.device import TOMBSTONE_BYTES
from aerofleet.aerospike.sizing.figure import Figure, Number
from aerofleet.aerospike.sizing.headroom import Layout, Survive, place, spreads
from aerofleet.aerospike.sizing.namespace import NamespaceNeed, index_arenas
from aerofleet.aerospike.sizing.server import (
    DEFRAG_RESERVE_BLOCKS,
    DEVICE_HEADER_BYTES,
    INDEX_STAGE_BYTES,
    MAX_RECORD_BYTES,
    STRIPES,
    Version,
    server_facts,
)
from aerofleet.aerospike.sizing.workload import NamespaceLoad, Storage

RACK_SOURCE = "rack-aware placement: copies of a partition in different racks; a lost node's share stays in its rack"


def record_figures(load: NamespaceLoad, need: NamespaceNeed, version: Version) -> Iterator[Figure]:
    facts = server_facts(version)
    if isinstance(load.record, int):
        formula, inputs, source = "round_up(stored, 16)", {"stored": load.record}, "the record's bytes as given"
    elif not facts.flat_layout or (load.storage.data_in_memory and not facts.memory_block_bytes):
        return
    else:
        inputs, source = load.record.flat_parts(), "flat layout (aerospike-server storage/flat.h and flat.c)"
        if load.storage is not Storage.MEMORY:
            inputs["end_mark"] = facts.end_mark_bytes
        formula = f"round_up({' + '.join(inputs)}, 16)"
    yield Figure(load.name, "record", need.record_bytes, "B", formula, inputs, source)


def spread_figures(load: NamespaceLoad, need: NamespaceNeed, layout: Layout, survive: Survive) -> Iterator[Figure]:
    found = spreads(load.replication_factor, layout.racks, layout.nodes_per_rack, survive)
    yield Figure(
        load.name,
        "partitions of a node",
        found[Survive.NOTHING].partitions,
        "of 4096",
        "min(4096, ceil(4096 × replication_factor ÷ nodes))",
        {"replication_factor": load.replication_factor, "nodes": layout.nodes},
        "aerospike-server fabric/partition.h; partitions spread evenly over nodes",
    )
    after: dict[str, Number] = {f"after_{loss}": spread.partitions for loss, spread in found.items()}
    formula = f"max({', '.join(after)}, 0)"
    yield Figure(load.name, "partitions after the loss", need.partitions, "of 4096", formula, after, RACK_SOURCE)
    yield Figure(
        load.name,
        "records of a node",
        need.copies,
        "copies",
        "ceil((objects + tombstones) × partitions ÷ 4096)",
        {"objects": load.objects, "tombstones": load.tombstones, "partitions": need.partitions},
        "every copy counts (aerospike-server fabric/partition.h)",
    )


def index_figures(load: NamespaceLoad, need: NamespaceNeed, version: Version) -> Iterator[Figure]:
    yield Figure(
        load.name,
        "primary index",
        need.primary_index_bytes,
        "B",
        "64 × records",
        {"records": need.copies},
        "64 B an entry (aerospike-server base/index.h)",
    )
    if version >= (6, 0):
        for number, entries in enumerate(load.secondary_indexes, 1):
            yield Figure(
                load.name,
                f"secondary index {number}",
                index.secondary_index_node_bytes(entries, need.partitions, version),
                "B",
                "max(ceil(entries × partitions ÷ 4096) × 14 × 2, partitions × 4096)",
                {"entries": entries, "partitions": need.partitions},
                "14 B an entry, B-tree blocks of 4 KiB half full at worst (secondary-index capacity documents 8.1)",
            )
    for number, records in enumerate(load.set_indexes, 1):
        yield Figure(
            load.name,
            f"set index {number}",
            index.set_index_bytes(records, need.partitions),
            "B",
            "partitions × round_up(max(1, ceil(records_of_set ÷ 4096) × 16), 4096)",
            {"records_of_set": records, "partitions": need.partitions},
            "16 B an entry in blocks of 4 KiB for each partition (aerospike-server base/set_index.h)",
        )
    if need.indexes_memory_budget_bytes:
        yield Figure(
            load.name,
            "indexes-memory-budget",
            need.indexes_memory_budget_bytes,
            "B",
            "round_up(used + 1, stage)",
            {"used": need.index_used_bytes, "stage": INDEX_STAGE_BYTES},
            "writes stop when the indexes in memory reach it (aerospike-server 8.1, nsup.c); arenas grow by stages",
        )
        yield Figure(
            load.name,
            "memory of the indexes",
            need.index_memory_bytes,
            "B",
            "budget + max(0, arenas - 1) × stage + set_indexes × partitions × 4096",
            {
                "budget": need.indexes_memory_budget_bytes,
                "arenas": index_arenas(load.storage, len(load.secondary_indexes)),
                "stage": INDEX_STAGE_BYTES,
                "set_indexes": len(load.set_indexes),
                "partitions": need.partitions,
            },
            "each arena can be a stage ahead of what is used (aerospike-server, arenax)",
        )


def data_figures(
    load: NamespaceLoad, need: NamespaceNeed, layout: Layout, assumed: Assumptions, version: Version
) -> Iterator[Figure]:
    facts = server_facts(version)
    block = facts.memory_block_bytes if load.storage.data_in_memory else facts.device_block_bytes
    if not block:
        return
    record_block = block if need.record_bytes <= block else MAX_RECORD_BYTES
    steady = place(load.replication_factor, layout, assumed.survive).steady.partitions
    constants: dict[str, Number] = {
        "objects": load.objects,
        "tombstones": load.tombstones,
        "record_bytes": need.record_bytes,
        "record_block": record_block,
        "block": block,
        "tombstone_bytes": TOMBSTONE_BYTES,
    }
    for name, value, partitions in (
        ("data, all nodes up", need.data_steady_bytes, steady),
        ("data after the loss", need.data_bytes, need.partitions),
    ):
        yield Figure(
            load.name,
            name,
            value,
            "B",
            "ceil(ceil(objects × partitions ÷ 4096) ÷ (record_block // record_bytes)) × record_block"
            " + ceil(ceil(tombstones × partitions ÷ 4096) ÷ (block // tombstone_bytes)) × block",
            {**constants, "partitions": partitions},
            "records lie in whole write blocks (aerospike-server 8.1, drv_common.h)",
        )
    yield from capacity_figures(need, block, layout.devices, assumed, version)


def capacity_figures(
    need: NamespaceNeed, block: int, devices: int, assumed: Assumptions, version: Version
) -> Iterator[Figure]:
    facts = server_facts(version)
    capacity = "max(ceil(steady × 100 ÷ steady_percent), ceil(worst × 100 ÷ worst_percent))"
    inputs: dict[str, Number] = {
        "steady": need.data_steady_bytes,
        "worst": need.data_bytes,
        "steady_percent": assumed.device_used_percent,
        "worst_percent": assumed.device_used_after_loss_percent,
        "reserve_blocks": DEFRAG_RESERVE_BLOCKS,
        "block": block,
    }
    source = f"{planning.SOURCES['device_used_percent']}; {planning.SOURCES['device_used_after_loss_percent']}"
    if need.storage.data_in_memory:
        yield Figure(
            need.name,
            "data-size",
            need.data_size_bytes,
            "B",
            f"max(minimum, round_up({capacity} + stripes × reserve_blocks × block, stripes × block))",
            {**inputs, "stripes": STRIPES, "minimum": facts.data_size_minimum_bytes},
            source,
        )
        return
    yield Figure(
        need.name,
        "device capacity",
        need.device_bytes,
        "B",
        f"{capacity} + devices × (header + reserve_blocks × block)",
        {**inputs, "devices": devices, "header": DEVICE_HEADER_BYTES},
        source,
    )
    if need.storage is Storage.ALL_FLASH:
        yield Figure(
            need.name,
            "mounts-budget",
            need.mounts_bytes,
            "B",
            "max(minimum, ceil(4096 × sprigs × partitions × 100 ÷ mounts_used_percent))",
            {
                "minimum": index.MOUNTS_MINIMUM_BYTES,
                "sprigs": need.sprigs,
                "partitions": need.partitions,
                "mounts_used_percent": assumed.mounts_used_percent,
            },
            planning.SOURCES["mounts_used_percent"],
        )
