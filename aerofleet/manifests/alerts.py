"""What is worth telling people about a cluster: the table of alerts that each tier's rules are made from.

Names of metrics are those of aerospike-prometheus-exporter 1.34 (a statistic of server 8.1 behind `aerospike_` and its
context); the labels ``aerofleet_*`` come from the PodMonitor. Conditions follow Aerospike's monitoring stack 3.18, with
the tier's thresholds in place of its samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CLUSTER = "aerofleet_cell, aerofleet_team, aerofleet_cluster"
WANTED_SIZE = "aerofleet_cluster_size"
"""Recorded by the rules themselves: how many nodes the definitions ask for."""

WANTED = f"max by ({CLUSTER}) ({WANTED_SIZE}{{only}})"
SIZE = f"max by ({CLUSTER}) (aerospike_node_stats_cluster_size{{only}})"
BIGGEST = f"max by ({CLUSTER}) (max_over_time(aerospike_node_stats_cluster_size{{only}}[1h]))"
"""A cluster that has yet to grow is smaller than wanted, one that shrinks has been bigger: only a loss is both."""


@dataclass(frozen=True, slots=True)
class Alert:
    """``expression`` holds ``{only}`` where the tier's series are selected, and ``{threshold}`` where ``setting`` names
    one of the tier. A tier that does not give the setting has no such alert.
    """

    name: str
    expression: str
    minutes: int
    severity: Literal["critical", "warning"]
    summary: str
    setting: str = ""


def latency(operation: str) -> str:
    """The exporter's buckets are not counters: each holds the operations per second of the last ten seconds or so."""
    buckets = f"avg_over_time(aerospike_latencies_{operation}_ms_bucket{{only}}[5m])"
    return f"histogram_quantile(0.99, sum by (le, ns, {CLUSTER}) ({buckets})) > {{threshold}}"


def timeouts(*kinds: str) -> str:
    rates = " + ".join(f"rate(aerospike_namespace_client_{kind}_timeout{{only}}[5m])" for kind in kinds)
    return f"sum by (ns, {CLUSTER}) ({rates}) > {{threshold}}"


NODES = (
    Alert(
        "AerospikeExporterDown",
        "up{only} == 0",
        5,
        "warning",
        "an exporter can't be scraped: nothing is seen of its node",
    ),
    Alert(
        "AerospikeNodeDown",
        "aerospike_node_up{only} == 0",
        10,
        "warning",
        "a node doesn't answer its exporter, for longer than a restart takes",
    ),
    Alert(
        "AerospikeClusterSmaller",
        f"min by ({CLUSTER}) (aerospike_node_stats_cluster_size{{only}}) < {WANTED}",
        30,
        "warning",
        "a node is out of the cluster, for longer than a restart takes",
    ),
    Alert(
        "AerospikeNodesMissing",
        f"{BIGGEST} - {SIZE} > {{threshold}} and {WANTED} - {SIZE} > {{threshold}}",
        1,
        "critical",
        "more nodes have left the cluster than a roll-out ever takes: data may have no copy left",
        "nodesMissing",
    ),
    Alert(
        "AerospikeClusterSplit",
        f"min by ({CLUSTER}) (aerospike_node_stats_cluster_size{{only}})"
        f" < count by ({CLUSTER}) (aerospike_node_up{{only}} == 1)",
        2,
        "critical",
        "nodes that answer don't see one another",
    ),
    Alert(
        "AerospikeClusterUnseen",
        f"{WANTED} and on ({CLUSTER}) max_over_time(aerospike_node_up{{only}}[1d]) == 1"
        f" unless on ({CLUSTER}) aerospike_node_up{{only}} == 1",
        5,
        "critical",
        "no node of the cluster answers any more",
    ),
    Alert(
        "AerospikeClockSkew",
        "aerospike_node_stats_cluster_clock_skew_ms{only} > {threshold}",
        5,
        "warning",
        "clocks of the nodes drift apart",
        "clockSkewMilliseconds",
    ),
    Alert(
        "AerospikeHostMemory",
        "aerospike_node_stats_system_free_mem_pct{only} < {threshold}",
        10,
        "warning",
        "a host runs out of memory: writes stop at stop-writes-sys-memory-pct",
        "hostFreeMemoryPct",
    ),
    Alert(
        "AerospikeBestPractices",
        "aerospike_node_stats_failed_best_practices{only} > 0",
        30,
        "warning",
        "a host is not tuned as the server asks for",
    ),
)

NAMESPACES = (
    Alert(
        "AerospikeStopWrites", "aerospike_namespace_stop_writes{only} == 1", 0, "critical", "a namespace refuses writes"
    ),
    Alert(
        "AerospikeClockSkewStopWrites",
        "aerospike_namespace_clock_skew_stop_writes{only} == 1",
        0,
        "critical",
        "a namespace refuses writes because clocks differ",
    ),
    Alert(
        "AerospikeUnavailablePartitions",
        "aerospike_namespace_unavailable_partitions{only} > 0",
        1,
        "critical",
        "partitions can be neither read nor written until nodes come back",
    ),
    Alert(
        "AerospikeDeadPartitions",
        "aerospike_namespace_dead_partitions{only} > 0",
        1,
        "critical",
        "partitions stay away until somebody revives them, perhaps with loss",
    ),
    Alert(
        "AerospikeDataUsed",
        "aerospike_namespace_data_used_pct{only} > {threshold}",
        15,
        "warning",
        "more data than the tier's plan allows: a lost node may not be made up for",
        "dataUsedPct",
    ),
    Alert(
        "AerospikeDataAvailable",
        "aerospike_namespace_data_avail_pct{only} < {threshold}",
        5,
        "critical",
        "write blocks run short: writes stop at stop-writes-avail-pct",
        "dataAvailPct",
    ),
    Alert(
        "AerospikeIndexesMemory",
        "aerospike_namespace_indexes_memory_used_pct{only} > {threshold}",
        15,
        "warning",
        "indexes near their budget: writes stop, or records are evicted",
        "indexesMemoryUsedPct",
    ),
    Alert(
        "AerospikeSetQuota",
        "100 * aerospike_sets_data_used_bytes{only} / (aerospike_sets_stop_writes_size{only} > 0) > {threshold}"
        " or 100 * aerospike_sets_objects{only} / (aerospike_sets_stop_writes_count{only} > 0) > {threshold}",
        15,
        "warning",
        "a set near its quota: writes to it stop there",
        "setQuotaPct",
    ),
    Alert(
        "AerospikeDeviceWriteQueue",
        "aerospike_namespace_storage_engine_device_write_q{only} > {threshold}",
        5,
        "warning",
        "a device doesn't keep up with writes",
        "deviceWriteQueue",
    ),
    Alert(
        "AerospikeDefragQueue",
        "aerospike_namespace_storage_engine_device_defrag_q{only} > {threshold}",
        15,
        "warning",
        "defragmentation falls behind: free blocks will run short",
        "defragQueue",
    ),
)

CLIENTS = (
    Alert(
        "AerospikeConnections",
        "aerospike_node_stats_client_connections{only} > {threshold}",
        5,
        "warning",
        "clients near the limit of connections (proto-fd-max)",
        "connections",
    ),
    Alert(
        "AerospikeConnectionChurn",
        "rate(aerospike_node_stats_client_connections_opened{only}[5m]) > {threshold}",
        10,
        "warning",
        "clients open and close connections all the time",
        "connectionsOpenedPerSecond",
    ),
    Alert(
        "AerospikeTransactionsInProgress",
        "aerospike_node_stats_rw_in_progress{only} > {threshold}",
        5,
        "warning",
        "transactions pile up on a node: a slow device, a slow peer, or a hot key",
        "transactionsInProgress",
    ),
    Alert(
        "AerospikeClientTimeouts",
        timeouts("read", "write", "tsvc"),
        5,
        "warning",
        "transactions of clients time out in the server",
        "clientTimeoutsPerSecond",
    ),
    Alert(
        "AerospikeReadLatency",
        latency("read"),
        10,
        "warning",
        "one read of a hundred is slower than the tier promises",
        "readMillisecondsP99",
    ),
    Alert(
        "AerospikeWriteLatency",
        latency("write"),
        10,
        "warning",
        "one write of a hundred is slower than the tier promises",
        "writeMillisecondsP99",
    ),
)

SHIPPING = (
    Alert(
        "AerospikeXdrLag",
        "aerospike_xdr_lag{only} > {threshold}",
        5,
        "warning",
        "a remote cluster falls behind",
        "xdrLagSeconds",
    ),
    Alert(
        "AerospikeXdrAbandoned",
        "rate(aerospike_xdr_abandoned{only}[5m]) > 0",
        1,
        "warning",
        "records are given up that a remote cluster should have had",
    ),
    Alert(
        "AerospikeXdrRecoveries",
        "increase(aerospike_xdr_recoveries{only}[15m]) > 0",
        15,
        "warning",
        "shipping falls back to reading whole partitions: its queue overflows",
    ),
    Alert(
        "AerospikeXdrLatency",
        "aerospike_xdr_latency_ms{only} > {threshold}",
        10,
        "warning",
        "a remote cluster answers slowly",
        "xdrLatencyMilliseconds",
    ),
)

ALERTS: tuple[Alert, ...] = NODES + NAMESPACES + CLIENTS + SHIPPING
