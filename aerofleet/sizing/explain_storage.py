"""The figures of one namespace's records, indexes and data on one node."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.sizing import index
from aerofleet.sizing.assumptions import Assumptions
from aerofleet.sizing.device import capacity_bytes
from aerofleet.sizing.figure import Figure, Number
from aerofleet.sizing.headroom import Layout, NamespaceSpread, Survive, spreads
from aerofleet.sizing.namespace import (
    STOP_WRITES_PERCENT_BEFORE_7,
    NamespaceNeed,
    data_stripes,
    index_arenas,
    write_block_bytes,
)
from aerofleet.sizing.server import (
    DEFRAG_RESERVE_BLOCKS,
    DEVICE_HEADER_BYTES,
    GIB,
    INDEX_STAGE_BYTES,
    MEMORY_RESERVE_BLOCKS,
    MIB,
    Version,
    server_facts,
)
from aerofleet.sizing.workload import NamespaceLoad, Storage

RACK_SOURCE = "rack-aware placement: copies of a partition in different racks; a lost node's share stays in its rack"
WORST_SOURCE = "the most that one node carries, with all up and after each loss to be survived"
HEAP_SOURCE = "data on the heap before 7.0: 2 B a record, 12 B a bin, its value (capacity-planning guide 2019)"


def growth_figures(today: NamespaceLoad, then: NamespaceLoad, percent: int, months: int) -> Iterator[Figure]:
    """Yield the namespace's figures after its growth, under the names that other figures use as inputs."""
    if today == then:
        return
    grown = [(name, getattr(today, name), getattr(then, name)) for name in GROWING]
    for kind, name in (("secondary_indexes", "entries"), ("set_indexes", "records_of_set")):
        pairs = zip(getattr(today, kind), getattr(then, kind), strict=True)
        grown += [(f"{name}_{number}", *pair) for number, pair in enumerate(pairs, 1)]
    for name, before, value in grown:
        if before:
            inputs: dict[str, Number] = {"today": before, "percent": percent, "months": months}
            formula = "ceil(today × power(1 + percent ÷ 100, months))"
            unit = "per second" if name.endswith("per_second") else "records"
            yield Figure(today.name, name, value, unit, formula, inputs, "compound growth, of records and rates alike")


GROWING = ("objects", "tombstones", "reads_per_second", "writes_per_second")


def record_figures(load: NamespaceLoad, need: NamespaceNeed, version: Version) -> Iterator[Figure]:
    facts = server_facts(version)
    if isinstance(load.record, int):
        formula, inputs, source = (
            "round_up(stored, 16)",
            {"stored": load.record},
            "the bytes of the record in the request",
        )
    elif load.storage is Storage.MEMORY and not facts.memory_block_bytes:
        formula, inputs, source = "in_heap", {"in_heap": need.record_bytes}, HEAP_SOURCE
    elif not facts.flat_layout:
        formula, inputs = "on_device", {"on_device": need.record_bytes}
        source = "layout of 3.1–4.1 (capacity-planning guide 2019)"
    else:
        inputs, source = load.record.flat_parts(), "flat layout (aerospike-server flat.h, flat.c, drv_mem.c)"
        inputs["end_mark"] = facts.end_mark_bytes
        formula = f"round_up({' + '.join(inputs)}, 16)"
    yield Figure(load.name, "record", need.record_bytes, "B", formula, inputs, source)


def spread_figures(load: NamespaceLoad, need: NamespaceNeed, layout: Layout, survive: Survive) -> Iterator[Figure]:
    by_loss = spreads(load.replication_factor, layout.racks, layout.nodes_per_rack, survive)
    yield Figure(
        load.name,
        "partitions of a node",
        by_loss[Survive.NOTHING].partitions,
        "of 4096",
        "min(4096, ceil(4096 × replication_factor ÷ nodes))",
        {"replication_factor": load.replication_factor, "nodes": layout.nodes},
        "aerospike-server fabric/partition.h; partitions spread evenly over nodes",
    )
    for loss, spread in by_loss.items():
        if loss is not Survive.NOTHING:
            formula, inputs = loss_formula(load.replication_factor, layout, loss)
            name = f"partitions after a {loss} is lost"
            yield Figure(load.name, name, spread.partitions, "of 4096", formula, inputs, RACK_SOURCE)
    partitions_by_loss: dict[str, Number] = {f"after_{loss}": spread.partitions for loss, spread in by_loss.items()}
    worst = f"max({', '.join(partitions_by_loss)}, 0)"
    yield Figure(
        load.name, "partitions after the loss", need.partitions, "of 4096", worst, partitions_by_loss, WORST_SOURCE
    )
    yield Figure(
        load.name,
        "records of a node",
        need.copies,
        "copies",
        "ceil((objects + tombstones) × partitions ÷ 4096)",
        {"objects": load.objects, "tombstones": load.tombstones, "partitions": need.partitions},
        "every copy counts (aerospike-server fabric/partition.h)",
    )


def loss_formula(replication_factor: int, layout: Layout, loss: Survive) -> tuple[str, dict[str, Number]]:
    """Return the formula for the partitions on the fullest node after the loss of a node or a rack, and its inputs.

    If the copies do not make whole rounds of all racks, the probability that the last round leaves out the short rack
    is a product of fractions.
    """
    racks, nodes_per_rack = layout.racks, layout.nodes_per_rack
    if loss is Survive.RACK or nodes_per_rack == 1:
        left = layout.nodes - (nodes_per_rack if loss is Survive.RACK else 1)
        inputs: dict[str, Number] = {"replication_factor": replication_factor, "nodes_left": left}
        return "min(4096, ceil(4096 × replication_factor ÷ nodes_left))", inputs
    rounds, rest = divmod(replication_factor, racks)
    short = nodes_per_rack - 1
    others = [(racks - 1 - taken) * nodes_per_rack for taken in range(rest)]
    left_out = " × ".join(f"{count} ÷ {count + short}" for count in others)
    copies = f"(rounds + 1 - {left_out})" if left_out else "rounds"
    return f"min(4096, ceil(4096 × {copies} ÷ left_in_rack))", {"rounds": rounds, "left_in_rack": short}


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
            "partitions × tree + ceil(partitions × blocks_per_10000 × 4096 ÷ 10000)",
            {
                "partitions": need.partitions,
                "tree": index.SET_TREE_BYTES,
                "blocks_per_10000": index.blocks_in_ten_thousandths(records),
            },
            f"mean number of blocks of 256 entries of 16 B in 10,000 partitions, for {records:,} records that are"
            " spread by their digests; one entry ends all branches (aerospike-server base/set_index.c)",
        )
    if need.index_memory_bytes:
        yield from index_memory_figures(load, need, version)


def index_memory_figures(load: NamespaceLoad, need: NamespaceNeed, version: Version) -> Iterator[Figure]:
    sets = {f"records_of_set_{number}": records for number, records in enumerate(load.set_indexes, 1)}
    parts = {
        f"secondary_{number}": index.secondary_index_node_bytes(entries, need.partitions, version)
        for number, entries in enumerate(load.secondary_indexes, 1)
    }
    if load.storage.index_in_memory:
        parts = {"primary": need.primary_index_bytes, **parts}
    yield Figure(
        load.name,
        "indexes in use",
        need.index_used_bytes,
        "B",
        " + ".join([*parts, *(f"16 × ceil({name} × partitions ÷ 4096)" for name in sets)]),
        {**parts, **sets, **({"partitions": need.partitions} if sets else {})},
        "what counts against the budget: of a set index its entries alone (aerospike-server 8.1, nsup.c)",
    )
    if need.indexes_memory_budget_bytes:
        yield Figure(
            load.name,
            "indexes-memory-budget",
            need.indexes_memory_budget_bytes,
            "B",
            "round_up(used + 1, stage)",
            {"used": need.index_used_bytes, "stage": INDEX_STAGE_BYTES},
            "writes stop when the indexes in memory pass it (aerospike-server 8.1, nsup.c); arenas grow by stages",
        )
    yield Figure(
        load.name,
        "memory of the indexes",
        need.index_memory_bytes,
        "B",
        "round_up(used + 1, stage) + max(0, arenas - 1) × stage + set_indexes × partitions × set_slack",
        {
            "used": need.index_used_bytes,
            "arenas": index_arenas(load.storage, len(load.secondary_indexes)),
            "stage": INDEX_STAGE_BYTES,
            "set_indexes": len(load.set_indexes),
            "set_slack": index.SET_SLACK_BYTES,
            "partitions": need.partitions,
        },
        "each arena can be a stage ahead of what is used (aerospike-server, arenax); a set index by its trees, and by a"
        " block a partition",
    )


def data_figures(
    load: NamespaceLoad, need: NamespaceNeed, spread: NamespaceSpread, assumed: Assumptions, version: Version
) -> Iterator[Figure]:
    block = write_block_bytes(load.storage, need.record_bytes, version)
    if not block:
        yield from heap_figures(load, need, version)
        return
    constants: dict[str, Number] = {
        "objects": load.objects,
        "tombstones": load.tombstones,
        "record_bytes": need.record_bytes,
        "block": block,
        "tombstone_bytes": load.tombstone_bytes(version),
    }
    for name, value, partitions in (
        ("data, all nodes up", need.data_steady_bytes, spread.steady.partitions),
        ("data after the loss", need.data_bytes, need.partitions),
    ):
        yield Figure(
            load.name,
            name,
            value,
            "B",
            "ceil(ceil(objects × partitions ÷ 4096) ÷ (block // record_bytes)) × block"
            " + ceil(ceil(tombstones × partitions ÷ 4096) ÷ (block // tombstone_bytes)) × block",
            {**constants, "partitions": partitions},
            "records lie in whole write blocks (aerospike-server 8.1, drv_common.h)",
        )
    yield from capacity_figures(need, block, spread.devices, assumed, version)


def heap_figures(load: NamespaceLoad, need: NamespaceNeed, version: Version) -> Iterator[Figure]:
    record = load.memory_record_bytes(version)
    yield Figure(
        need.name,
        "data after the loss",
        need.data_bytes,
        "B",
        "ceil(objects × partitions ÷ 4096) × record",
        {"objects": load.objects, "partitions": need.partitions, "record": record},
        HEAP_SOURCE,
    )
    if need.storage.data_on_device:
        yield Figure(
            need.name,
            "device capacity",
            need.device_bytes,
            "B",
            "round_up(4 × data, MiB)",
            {"data": need.data_bytes, "MiB": MIB},
            "four times the data in memory (capacity-planning guide 2019)",
        )


def memory_size_figures(need: NamespaceNeed) -> Iterator[Figure]:
    """Yield the figure of memory-size, before 7.0."""
    yield Figure(
        need.name,
        "memory-size",
        need.memory_size_bytes,
        "B",
        "round_up(ceil((indexes + data) × 100 ÷ stop_writes_percent) + 1, GiB)",
        {
            "indexes": need.index_memory_bytes,
            "data": need.data_bytes if need.storage.data_in_memory else 0,
            "stop_writes_percent": STOP_WRITES_PERCENT_BEFORE_7,
            "GiB": GIB,
        },
        "writes stop at stop-writes-pct of memory-size (configuration schema 6.4)",
    )


def capacity_figures(
    need: NamespaceNeed, block: int, devices: int, assumed: Assumptions, version: Version
) -> Iterator[Figure]:
    facts = server_facts(version)
    in_memory_only = need.storage is Storage.MEMORY
    capacity = "max(ceil(steady × 100 ÷ steady_percent), ceil(worst × 100 ÷ worst_percent))"
    inputs: dict[str, Number] = {
        "steady": need.data_steady_bytes,
        "worst": need.data_bytes,
        "steady_percent": assumed.device_used_percent,
        "worst_percent": assumed.device_used_after_loss_percent,
        "header": DEVICE_HEADER_BYTES,
        "reserve_blocks": MEMORY_RESERVE_BLOCKS if in_memory_only else DEFRAG_RESERVE_BLOCKS,
        "block": block,
    }
    source = f"{assumed.source_of('device_used_percent')}; {assumed.source_of('device_used_after_loss_percent')}"
    if need.storage.data_in_memory:
        stripes = data_stripes(need.storage, planned_bytes(need, assumed), block, devices)
        yield Figure(
            need.name,
            "data-size",
            need.data_size_bytes,
            "B",
            f"max(minimum, round_up({capacity}, stripes × block) + stripes × (header + reserve_blocks × block))",
            {**inputs, "stripes": stripes, "minimum": facts.data_size_minimum_bytes},
            f"{source}; a stripe is laid out as a device is (aerospike-server 8.1, drv_mem.c)",
        )
        return
    yield Figure(
        need.name,
        "device capacity",
        need.device_bytes,
        "B",
        f"round_up({capacity}, max(1, devices) × block) + devices × (header + reserve_blocks × block)",
        {**inputs, "devices": devices},
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
            assumed.source_of("mounts_used_percent"),
        )


def planned_bytes(need: NamespaceNeed, assumed: Assumptions) -> int:
    limits = assumed.device_used_percent, assumed.device_used_after_loss_percent
    return capacity_bytes(need.data_steady_bytes, need.data_bytes, *limits)
