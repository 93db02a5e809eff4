"""The figures of one namespace's memory beyond index and data, and of its load on one node."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.sizing import index
from aerofleet.sizing.assumptions import Assumptions
from aerofleet.sizing.device import (
    ACT_READS_PER_SECOND,
    ACT_RECORD_BYTES,
    ACT_WRITTEN_BYTES_PER_SECOND,
    PAGE_BYTES,
    SECONDS_PER_DAY,
)
from aerofleet.sizing.explain_storage import memory_size_figures
from aerofleet.sizing.figure import Figure, Number
from aerofleet.sizing.headroom import NamespaceSpread
from aerofleet.sizing.moment import Moment
from aerofleet.sizing.namespace import NamespaceNeed
from aerofleet.sizing.node import NamespaceLoadOnNode
from aerofleet.sizing.server import MIB, Version, server_facts, size_class_step_bytes
from aerofleet.sizing.workload import NamespaceLoad, Storage, Workload


def memory_figures(
    load: NamespaceLoad, need: NamespaceNeed, devices: int, version: Version, assumed: Assumptions
) -> Iterator[Figure]:
    on_flash = need.storage is Storage.ALL_FLASH
    if on_flash:
        yield Figure(
            need.name,
            "partition-tree-sprigs",
            need.sprigs,
            "a partition",
            "max(256, power_of_two(ceil((objects + tombstones) × 100 ÷ (64 × fill_percent × 4096))))",
            {
                "objects": load.objects,
                "tombstones": load.tombstones,
                "fill_percent": assumed.index_block_fill_percent,
            },
            assumed.source_of("index_block_fill_percent"),
        )
    facts = server_facts(version)
    size = index.tree_size_bytes(facts.sets, need.sprigs, on_flash=on_flash)
    yield Figure(
        need.name,
        "partition trees",
        need.tree_bytes,
        "B",
        "partitions × round_up(header + 8 × (lock_pairs + 1 + sets) + bytes_a_sprig × sprigs, class_step)",
        {
            "partitions": need.partitions,
            "header": index.TREE_HEADER_BYTES,
            "lock_pairs": index.LOCK_PAIRS,
            "sets": facts.sets,
            "bytes_a_sprig": index.FLASH_SPRIG_BYTES if on_flash else index.SPRIG_BYTES,
            "sprigs": need.sprigs,
            "class_step": size_class_step_bytes(size),
        },
        "locks, a pointer for each set there can be, and sprigs, in one allocation a partition (aerospike-server"
        " base/index.h, as_index_tree; all-flash sizing documents), which the allocator rounds up to its size class",
    )
    if need.storage.data_on_device:
        blocks = 1 if facts.record_limit else max(1, need.record_limit_bytes // MIB)
        post_write = 0 if need.storage.data_in_memory else assumed.post_write_cache_bytes * blocks
        yield Figure(
            need.name,
            "caches",
            need.cache_bytes,
            "B",
            "devices × (write_cache + post_write_cache)",
            {"devices": devices, "write_cache": assumed.write_cache_bytes, "post_write_cache": post_write},
            assumed.source_of("post_write_cache_bytes"),
        )
    inputs: dict[str, Number] = {"indexes": need.index_memory_bytes, "data_size": need.data_size_bytes}
    formula = "indexes + data_size + trees + caches"
    if need.memory_size_bytes:
        yield from memory_size_figures(need)
        inputs, formula = {"memory_size": need.memory_size_bytes}, "memory_size + trees + caches"
    yield Figure(
        need.name,
        "memory of the namespace",
        need.memory_bytes,
        "B",
        formula,
        {**inputs, "trees": need.tree_bytes, "caches": need.cache_bytes},
        "all that the namespace can come to take before a limit stops its writes",
    )


def request_figures(
    load: NamespaceLoad, on_node: NamespaceLoadOnNode, moment: Moment, spread: NamespaceSpread
) -> Iterator[Figure]:
    peak: dict[str, Number] = {
        "reads_per_second": load.reads_per_second,
        "writes_per_second": load.writes_per_second,
        "peak_factor": moment.peak_factor,
        "nodes_left": spread.worst.nodes,
        "partitions": spread.worst.partitions,
        "copies_taken": on_node.copies_written,
        "client_writes": on_node.writes,
    }
    formulas = {
        "reads": "ceil(round(reads_per_second × peak_factor) ÷ nodes_left)",
        "writes": "ceil(round(writes_per_second × peak_factor) ÷ nodes_left)",
        "copies written": "ceil(round(writes_per_second × peak_factor) × partitions ÷ 4096)",
        "replica writes": "copies_taken - client_writes",
    }
    for name, formula in formulas.items():
        used = {key: value for key, value in peak.items() if key in formula}
        value = getattr(on_node, name.replace(" ", "_"))
        yield Figure(load.name, name, value, "per second", formula, used, "load on the node that carries most")


def traffic_figures(
    load: NamespaceLoad, on_node: NamespaceLoadOnNode, record_bytes: int, workload: Workload, assumed: Assumptions
) -> Iterator[Figure]:
    inputs: dict[str, Number] = {
        "reads": on_node.reads,
        "writes": on_node.writes,
        "replica_writes": on_node.replica_writes,
        "copies": load.replication_factor,
        "record": record_bytes,
        "frame": assumed.frame_bytes,
    }
    yield Figure(
        load.name,
        "network in",
        on_node.traffic.bytes_in,
        "B/s",
        "(writes + replica_writes) × (record + frame) + (reads + writes × (copies - 1)) × frame",
        inputs,
        "from clients and from other nodes; every message has a frame",
    )
    yield Figure(
        load.name,
        "network out",
        on_node.traffic.bytes_out,
        "B/s",
        "(reads + writes × (copies - 1 + xdr_destinations)) × (record + frame) + (writes + replica_writes) × frame",
        {**inputs, "xdr_destinations": workload.xdr_destinations},
        "to clients, other nodes and other data centres",
    )
    in_memory = load.storage.data_in_memory
    name = "memory_operations_per_core" if in_memory else "device_operations_per_core"
    yield Figure(
        load.name,
        "processor time",
        on_node.core_microseconds,
        "µs/s of one core",
        "ceil((reads + writes + replica_writes) × 1000000 × 100 ÷ (operations_per_core × tls_percent))",
        {
            "reads": on_node.reads,
            "writes": on_node.writes,
            "replica_writes": on_node.replica_writes,
            "operations_per_core": getattr(assumed, name),
            "tls_percent": assumed.tls_operations_percent if workload.tls else 100,
        },
        assumed.source_of(name),
    )


def device_figures(
    load: NamespaceLoad, on_node: NamespaceLoadOnNode, record_bytes: int, spread: NamespaceSpread, assumed: Assumptions
) -> Iterator[Figure]:
    if not load.storage.data_on_device:
        return
    record: dict[str, Number] = {"record": record_bytes, "defrag_lwm": assumed.defrag_lwm_percent}
    source, of_pages = "write amplification 100 / (100 − defrag-lwm-pct) (ACT, cfg_storage.c)", ""
    if load.commit_to_device:
        record["page"] = PAGE_BYTES
        of_pages = " + {writes} × (round_up(record, page) - record)"
        source += "; commit-to-device writes whole pages"
    yield Figure(
        load.name,
        "written to devices",
        on_node.written_bytes_per_second,
        "B/s",
        "ceil(copies_written × record × 100 ÷ (100 - defrag_lwm))" + of_pages.format(writes="copies_written"),
        {"copies_written": on_node.copies_written, **record},
        source,
    )
    average = "ceil(writes_per_second × partitions ÷ 4096)"
    yield Figure(
        load.name,
        "written to devices a day",
        on_node.written_bytes_per_day,
        "B/day",
        f"seconds × (ceil({average} × record × 100 ÷ (100 - defrag_lwm)){of_pages.format(writes=average)})",
        {
            "seconds": SECONDS_PER_DAY,
            "writes_per_second": load.writes_per_second,
            "partitions": spread.steady.partitions,
            **record,
        },
        "wear counts the average, with all nodes up",
    )
    reads, read = "0", dict[str, Number]()
    if not load.storage.data_in_memory:
        reads = "(reads + writes) × max(1, record ÷ act_record) ÷ act_reads"
        read = {
            "reads": on_node.reads,
            "writes": on_node.writes,
            "record": record_bytes,
            "act_record": ACT_RECORD_BYTES,
            "act_reads": ACT_READS_PER_SECOND,
        }
    yield Figure(
        load.name,
        "device load",
        on_node.act_load,
        "× ACT 1x",
        f"max({reads}, written ÷ act_written)",
        {**read, "written": on_node.written_bytes_per_second, "act_written": ACT_WRITTEN_BYTES_PER_SECOND},
        "1x = 2,000 reads and 1,000 writes of 1.5 KB a second (ACT README 6.6); an update reads the record first;"
        " writes go out in large blocks, twice with defragmentation (ACT, cfg_storage.c)",
    )
