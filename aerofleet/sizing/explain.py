"""Every figure of a sizing with its formula, inputs and source.

The values are those of the sizing itself. The formulas are text for people; the tests compute each formula from its
inputs and compare the result with the value.
"""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.sizing.cluster import Sizing, loads_at
from aerofleet.sizing.explain_load import (
    device_figures,
    memory_figures,
    request_figures,
    traffic_figures,
)
from aerofleet.sizing.explain_storage import (
    data_figures,
    growth_figures,
    index_figures,
    record_figures,
    spread_figures,
)
from aerofleet.sizing.figure import Figure
from aerofleet.sizing.headroom import Layout, namespace_spread
from aerofleet.sizing.node import NodeNeed
from aerofleet.sizing.server import GIB


def figures(sizing: Sizing, need: NodeNeed | None = None) -> tuple[Figure, ...]:
    """Return the figures of one node at one of the sizing's moments, by default at the date."""
    need = need or sizing.date
    workload, assumed = sizing.workload, sizing.assumptions
    version = workload.server_version
    layout = Layout(sizing.racks, sizing.nodes_per_rack, sizing.capacity.device_count)
    result: list[Figure] = []
    loads = loads_at(workload, need.moment)
    for today, load, namespace, on_node in zip(workload.namespaces, loads, need.namespaces, need.loads, strict=True):
        result += growth_figures(today, load, workload.growth_per_month_percent, need.moment.months)
        spread = namespace_spread(load.replication_factor, layout, assumed.survive, load.devices)
        result += record_figures(load, namespace, version)
        result += spread_figures(load, namespace, layout, assumed.survive)
        result += index_figures(load, namespace, version)
        result += data_figures(load, namespace, spread, assumed, version)
        result += memory_figures(load, namespace, spread.devices, version, assumed)
        result += request_figures(load, on_node, need.moment, spread)
        result += traffic_figures(load, on_node, namespace.record_bytes, workload, assumed)
        result += device_figures(load, on_node, namespace.record_bytes, spread, assumed)
    return (*result, *node_figures(sizing, need), *load_figures(sizing, need))


def node_figures(sizing: Sizing, need: NodeNeed) -> Iterator[Figure]:
    assumed, tls = sizing.assumptions, sizing.workload.tls
    connection = "tls_connection_bytes" if tls else "connection_bytes"
    yield Figure(
        "",
        "memory of the process",
        need.process_bytes,
        "B",
        f"heap_bytes + connections × {connection}",
        {
            "heap_bytes": assumed.heap_bytes,
            "connections": assumed.connections,
            connection: getattr(assumed, connection),
        },
        assumed.source_of("heap_bytes"),
    )
    parts = {f"memory_{i}": namespace.memory_bytes for i, namespace in enumerate(need.namespaces, 1)}
    yield Figure(
        "",
        "memory taken",
        need.memory_bytes,
        "B",
        " + ".join(["process", *parts]),
        {"process": need.process_bytes, **parts},
        "sum over the namespaces",
    )
    yield Figure(
        "",
        "memory request = limit",
        need.memory_limit_bytes,
        "B",
        "round_up(ceil(memory × 100 ÷ memory_used_percent), GiB)",
        {"memory": need.memory_bytes, "memory_used_percent": assumed.memory_used_percent, "GiB": GIB},
        assumed.source_of("memory_used_percent"),
    )


def load_figures(sizing: Sizing, need: NodeNeed) -> Iterator[Figure]:
    assumed = sizing.assumptions
    each_in = {f"in_{i}": load.traffic.bytes_in for i, load in enumerate(need.loads, 1)}
    each_out = {f"out_{i}": load.traffic.bytes_out for i, load in enumerate(need.loads, 1)}
    yield Figure(
        "",
        "network",
        need.network_bits_per_second,
        "bit/s",
        f"ceil(8 × max({' + '.join(each_in)}, {' + '.join(each_out)}) × 100 ÷ network_used_percent)",
        {**each_in, **each_out, "network_used_percent": assumed.network_used_percent},
        assumed.source_of("network_used_percent"),
    )
    operations = {
        f"{name}_{i}": getattr(load, name)
        for i, load in enumerate(need.loads, 1)
        for name in ("reads", "writes", "replica_writes")
    }
    yield Figure(
        "",
        "operations",
        need.operations_per_second,
        "ops/s",
        " + ".join(operations),
        operations,
        "reads and writes for clients, and writes as replica, after the loss",
    )
    micros = {f"core_microseconds_{i}": load.core_microseconds for i, load in enumerate(need.loads, 1)}
    yield Figure(
        "",
        "cores",
        need.cores,
        "cores",
        f"max(1, ceil(({' + '.join(micros)}) ÷ 1000000))",
        micros,
        "processor time of all namespaces, in whole cores",
    )
    devices = {f"device_{i}": namespace.device_bytes for i, namespace in enumerate(need.namespaces, 1)}
    devices |= {
        f"mounts_{i}": namespace.mounts_bytes
        for i, namespace in enumerate(need.namespaces, 1)
        if namespace.mounts_bytes
    }
    yield Figure("", "devices", need.device_bytes, "B", " + ".join(devices), devices, "sum over the namespaces")
