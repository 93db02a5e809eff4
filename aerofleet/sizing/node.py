"""The need of one node, which is one pod, at a moment: the sum over its namespaces, and its load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from aerofleet.sizing import device
from aerofleet.sizing.assumptions import Assumptions
from aerofleet.sizing.headroom import Layout, NamespaceSpread, namespace_spread
from aerofleet.sizing.moment import Moment
from aerofleet.sizing.namespace import NamespaceNeed, namespace_need
from aerofleet.sizing.network import Traffic, traffic
from aerofleet.sizing.server import GIB, PARTITIONS, divide_up, round_up
from aerofleet.sizing.workload import NamespaceLoad, Workload


@dataclass(frozen=True, slots=True)
class NamespaceLoadOnNode:
    """Requests per second of one namespace on the fullest node, and their load on devices and network.

    ``copies_written``: writes as master and as replica. ``written_bytes_per_day`` is the average, all nodes up.
    """

    reads: int
    writes: int
    replica_writes: int
    copies_written: int
    act_load: float
    written_bytes_per_second: int
    written_bytes_per_day: int
    core_microseconds: int
    traffic: Traffic

    @property
    def operations(self) -> int:
        return self.reads + self.writes + self.replica_writes


class NamespaceOnNode(NamedTuple):
    """A namespace on a node: its load at the moment, its spread over the nodes, and its need of memory and storage."""

    load: NamespaceLoad
    spread: NamespaceSpread
    need: NamespaceNeed


@dataclass(frozen=True, slots=True)
class NodeNeed:
    """The need of a node. ``memory_bytes``: the most that the process takes; ``memory_limit_bytes``: request and limit
    of the pod.
    """

    moment: Moment
    namespaces: tuple[NamespaceNeed, ...]
    loads: tuple[NamespaceLoadOnNode, ...]
    process_bytes: int
    memory_bytes: int
    memory_limit_bytes: int
    device_bytes: int
    act_load: float
    written_bytes_per_day: int
    network_bits_per_second: int
    operations_per_second: int
    cores: int


def namespaces_on_node(
    workload: Workload, loads: tuple[NamespaceLoad, ...], layout: Layout, assumed: Assumptions
) -> tuple[NamespaceOnNode, ...]:
    """Return every namespace on a node. ``loads``: the namespaces at the moment, with their growth."""
    namespaces = []
    for load in loads:
        spread = namespace_spread(load.replication_factor, layout, assumed.survive, load.devices)
        namespaces.append(NamespaceOnNode(load, spread, namespace_need(load, workload.server_version, spread, assumed)))
    return tuple(namespaces)


def node_need(
    workload: Workload, on_node: tuple[NamespaceOnNode, ...], moment: Moment, assumed: Assumptions
) -> NodeNeed:
    """Return the need of one node at ``moment``, the sum over the namespaces ``on_node``."""
    loads = []
    memory = process = process_bytes(workload.tls, assumed)
    devices = written = bytes_in = bytes_out = operations = microseconds = 0
    act = 0.0
    for namespace in on_node:
        load = load_on_node(namespace, workload, moment, assumed)
        loads.append(load)
        memory += namespace.need.memory_bytes
        devices += namespace.need.device_bytes + namespace.need.mounts_bytes
        act += load.act_load
        written += load.written_bytes_per_day
        bytes_in += load.traffic.bytes_in
        bytes_out += load.traffic.bytes_out
        operations += load.operations
        microseconds += load.core_microseconds
    return NodeNeed(
        moment=moment,
        namespaces=tuple([namespace.need for namespace in on_node]),
        loads=tuple(loads),
        process_bytes=process,
        memory_bytes=memory,
        memory_limit_bytes=memory_limit_bytes(memory, assumed),
        device_bytes=devices,
        act_load=act,
        written_bytes_per_day=written,
        network_bits_per_second=divide_up(8 * max(bytes_in, bytes_out) * 100, assumed.network_used_percent),
        operations_per_second=operations,
        cores=max(1, divide_up(microseconds, 1_000_000)),
    )


def process_bytes(tls: bool, assumed: Assumptions) -> int:
    """Return the memory of the server beyond its namespaces: heap and client connections."""
    return assumed.heap_bytes + assumed.connections * (
        assumed.tls_connection_bytes if tls else assumed.connection_bytes
    )


def memory_limit_bytes(memory: int, assumed: Assumptions) -> int:
    """Return the request and limit of a pod that uses ``memory`` up to the planned percentage, in whole GiB."""
    return round_up(divide_up(memory * 100, assumed.memory_used_percent), GIB)


def load_on_node(
    on_node: NamespaceOnNode, workload: Workload, moment: Moment, assumed: Assumptions
) -> NamespaceLoadOnNode:
    """Return the requests of a namespace on the fullest node, and their load on its devices and network.

    Rates are those of the peak after the loss; wear is the average with all nodes up. An update reads the record before
    it writes it, so a write costs the device a read, too. Masters are spread evenly over the nodes, so the other copies
    on a node are replicas: the last node of a rack with a copy of every partition takes every write, most as a replica.
    """
    load, worst, record_bytes = on_node.load, on_node.spread.worst, on_node.need.record_bytes
    copies = load.replication_factor
    peak_writes = round(load.writes_per_second * moment.peak_factor)
    reads = divide_up(round(load.reads_per_second * moment.peak_factor), worst.nodes)
    writes = divide_up(peak_writes, worst.nodes)
    copies_written = divide_up(peak_writes * worst.partitions, PARTITIONS)
    replica_writes = copies_written - writes
    act, per_second, per_day = 0.0, 0, 0
    if load.storage.data_on_device:
        lwm, commit = assumed.defrag_lwm_percent, load.commit_to_device
        read_from_device = 0 if load.storage.data_in_memory else reads + writes
        per_second = device.write_bytes_per_second(copies_written, record_bytes, lwm, commit=commit)
        act = device.act_load(read_from_device, record_bytes, per_second)
        average = divide_up(load.writes_per_second * on_node.spread.steady.partitions, PARTITIONS)
        per_day = device.SECONDS_PER_DAY * device.write_bytes_per_second(average, record_bytes, lwm, commit=commit)
    return NamespaceLoadOnNode(
        reads=reads,
        writes=writes,
        replica_writes=replica_writes,
        copies_written=copies_written,
        act_load=act,
        written_bytes_per_second=per_second,
        written_bytes_per_day=per_day,
        core_microseconds=core_microseconds(load, reads + writes + replica_writes, workload.tls, assumed),
        traffic=traffic(
            reads=reads,
            writes=writes,
            replica_writes=replica_writes,
            copies=copies,
            record_bytes=record_bytes,
            frame_bytes=assumed.frame_bytes,
            xdr_destinations=workload.xdr_destinations,
        ),
    )


def core_microseconds(load: NamespaceLoad, operations: int, tls: bool, assumed: Assumptions) -> int:
    """Return the processor time per second, in microseconds of one core, by the planning figures."""
    in_memory = load.storage.data_in_memory
    per_core = assumed.memory_operations_per_core if in_memory else assumed.device_operations_per_core
    percent = assumed.tls_operations_percent if tls else 100
    return divide_up(operations * 1_000_000 * 100, per_core * percent)
