"""Planning figures, which no formula yields. Each has a default with its source; a site replaces them by its own
measurements."""

from __future__ import annotations

from dataclasses import dataclass, fields

from aerofleet.sizing.headroom import Survive
from aerofleet.sizing.server import GIB, KIB, MAX_NODES, MIB

PERCENTAGES = (
    "memory_used_percent",
    "device_used_percent",
    "device_used_after_loss_percent",
    "network_used_percent",
    "index_block_fill_percent",
    "mounts_used_percent",
    "tls_operations_percent",
)


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Limits of use are percent. They apply after the loss that ``survive`` names, except where a field states another
    moment.
    """

    survive: Survive = Survive.NODE
    months: int = 12
    memory_used_percent: int = 80
    device_used_percent: int = 50
    device_used_after_loss_percent: int = 60
    defrag_lwm_percent: int = 50
    network_used_percent: int = 50
    index_block_fill_percent: int = 50
    mounts_used_percent: int = 80
    memory_operations_per_core: int = 15_000
    device_operations_per_core: int = 10_000
    tls_operations_percent: int = 70
    operations_per_node: int = 250_000
    heap_bytes: int = 2 * GIB
    connections: int = 15_000
    connection_bytes: int = 16 * KIB
    tls_connection_bytes: int = 64 * KIB
    post_write_cache_bytes: int = 256 * MIB
    write_cache_bytes: int = 64 * MIB
    frame_bytes: int = 100
    minimum_nodes: int = 3
    maximum_nodes: int = MAX_NODES

    def __post_init__(self) -> None:
        for name in PERCENTAGES:
            if not 1 <= getattr(self, name) <= 100:
                raise ValueError(f"{name} is a percentage from 1 to 100, not {getattr(self, name)}")
        if not 1 <= self.defrag_lwm_percent < 100:
            raise ValueError(f"defrag_lwm_percent is a percentage from 1 to 99, not {self.defrag_lwm_percent}")
        if self.device_used_percent > self.defrag_lwm_percent:
            raise ValueError(
                f"device_used_percent {self.device_used_percent} is above defrag_lwm_percent {self.defrag_lwm_percent}:"
                " blocks that are fuller than that are never freed"
            )
        for figure in fields(self):
            value = getattr(self, figure.name)
            if isinstance(value, int) and value < 0:
                raise ValueError(f"{figure.name} cannot be negative")
        if min(self.memory_operations_per_core, self.device_operations_per_core, self.operations_per_node) < 1:
            raise ValueError("operations a core and a node are at least 1")
        if not 1 <= self.minimum_nodes <= self.maximum_nodes <= MAX_NODES:
            raise ValueError(
                f"minimum_nodes is {self.minimum_nodes} and maximum_nodes is {self.maximum_nodes}: "
                f"1 ≤ minimum_nodes ≤ maximum_nodes ≤ {MAX_NODES} is required"
            )

    def source_of(self, name: str) -> str:
        """Return the source of a figure: that of the default, or the site if it changed the figure."""
        default = type(self).__dataclass_fields__[name].default
        return SOURCES[name] if getattr(self, name) == default else f"the site's own {name}"


SOURCES: dict[str, str] = {
    "survive": "capacity-planning guide: a cluster carries its full load with one node down",
    "months": "planning figure: hardware is bought a year ahead",
    "memory_used_percent": "capacity-planning guide: a fifth of headroom; below stop-writes-sys-memory-pct 90",
    "device_used_percent": "defragmentation: below defrag-lwm-pct no block is ever too full to be freed",
    "device_used_after_loss_percent": "below stop-writes-used-pct 70 (aerospike-server 8.1, nsup.c), with a margin",
    "defrag_lwm_percent": "default of defrag-lwm-pct (configuration schema 8.1)",
    "network_used_percent": "planning figure: half of the line, so that migrations and bursts have the other half",
    "index_block_fill_percent": "all-flash sizing documents: fill factor 1/2",
    "mounts_used_percent": "all-flash sizing documents: ÷ 0.8",
    "memory_operations_per_core": "planning figure: half of a published best case (1 M/s on 32 virtual cores, 100 B)",
    "device_operations_per_core": "planning figure: under half of a published best case (1 M/s on one server, 4 NVMe)",
    "tls_operations_percent": "planning figure: encryption takes a third; measure it",
    "operations_per_node": "planning figure between production (50 k/s) and benchmarks (1 M/s); measure it",
    "heap_bytes": "planning figure: heap, threads, query and batch buffers of a node",
    "connections": "default of proto-fd-max (configuration schema 8.1)",
    "connection_bytes": "planning figure: buffers of a client connection",
    "tls_connection_bytes": "planning figure: buffers of a client connection with TLS",
    "post_write_cache_bytes": "default of post-write-cache, for each device (configuration schema 8.1)",
    "write_cache_bytes": "default of max-write-cache, for each device (configuration schema 8.1)",
    "frame_bytes": "planning figure: protocol and packet framing of one message",
    "minimum_nodes": "least cluster that still has two copies and a majority after a loss",
    "maximum_nodes": "nodes of an Enterprise cluster since 5.0 (Aerospike documentation, System limits and thresholds)",
}
