"""The table of alerts, from which the rules of every tier are made.

Names of metrics are those of aerospike-prometheus-exporter 1.34 (a statistic of server 8.1 behind `aerospike_` and its
context); the labels ``aerofleet_*`` come from the PodMonitor. Conditions follow Aerospike's monitoring stack 3.18, with
the tier's thresholds in place of its samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CLUSTER = "aerofleet_cell, aerofleet_team, aerofleet_cluster"
WANTED_SIZE = "aerofleet_cluster_size"
"""Recorded by the rules themselves: the number of nodes in the definitions."""

DATA_LIMIT, INDEXES_LIMIT = "aerofleet_data_used_limit_pct", "aerofleet_indexes_used_limit_pct"
"""Recorded by the rules themselves for each namespace: the use from which the loss of a node stops writes."""

WANTED = f"max by ({CLUSTER}) ({WANTED_SIZE}{{only}})"
SIZE = f"max by ({CLUSTER}) (aerospike_node_stats_cluster_size{{only}})"
BIGGEST = f"max by ({CLUSTER}) (max_over_time(aerospike_node_stats_cluster_size{{only}}[1h]))"
"""The largest size of a cluster in the last hour. A growing cluster is smaller than WANTED, a shrinking one smaller
than this: only a cluster that lost nodes is smaller than both."""


STORAGE = "aerospike_namespace_storage_engine"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. ``expression`` has ``{only}`` for the selector of the tier's series, and ``{threshold}`` for the
    tier's value of ``setting``. A tier without the setting has no such alert.
    """

    name: str
    expression: str
    minutes: int
    severity: Literal["critical", "warning"]
    summary: str
    setting: str = ""


def latency(operation: str) -> str:
    """Return an expression for the 99th percentile. The exporter's buckets are no counters: they have the operations
    per second of about the last ten seconds.
    """
    buckets = f"avg_over_time(aerospike_latencies_{operation}_ms_bucket{{only}}[5m])"
    return f"histogram_quantile(0.99, sum by (le, ns, {CLUSTER}) ({buckets})) > {{threshold}}"


def any_of(condition: str, *metrics: str) -> str:
    """Return an expression over the same condition of metrics that exist for one kind of storage each."""
    return " or ".join(f"{metric}{{only}} {condition}" for metric in metrics)


def near_limit(metric: str, limit: str) -> str:
    """Return an expression: the use of a namespace above the threshold's share of its limit."""
    by = f"on ({CLUSTER}, ns)"
    return f"{metric}{{only}} > {by} group_left () ({limit}{{only}} * {{threshold}} / 100)"


def proxied() -> str:
    kinds = [
        f"{origin}_proxy_{outcome}"
        for origin in ("client", "batch_sub")
        for outcome in ("complete", "error", "timeout")
    ]
    return " + ".join(f"rate(aerospike_namespace_{kind}{{only}}[5m])" for kind in kinds)


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
        "AerospikeHeapFragmented",
        "aerospike_node_stats_heap_efficiency_pct{only} < {threshold}"
        " and aerospike_node_stats_system_free_mem_pct{only} < 30",
        60,
        "warning",
        "the server's heap has many gaps, and the host's memory runs short: a restart gives them back",
        "heapEfficiencyPct",
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
        "AerospikeDataNearLimit",
        near_limit("aerospike_namespace_data_used_pct", DATA_LIMIT),
        15,
        "warning",
        "the loss of one node would bring the others near the point where writes stop",
        "usedOfLimitPct",
    ),
    Alert(
        "AerospikeIndexesNearLimit",
        near_limit("aerospike_namespace_indexes_memory_used_pct", INDEXES_LIMIT),
        15,
        "warning",
        "the loss of one node would bring the indexes of the others near their budget, where writes stop",
        "usedOfLimitPct",
    ),
    Alert(
        "AerospikeEvicting",
        "aerospike_namespace_hwm_breached{only} == 1",
        30,
        "warning",
        "a namespace evicts records before their time to live ends",
    ),
    Alert(
        "AerospikeExpiryBehind",
        "aerospike_namespace_objects{only} > 0 and aerospike_namespace_nsup_cycle_deleted_pct{only} > {threshold}",
        30,
        "warning",
        "each round of expiry deletes much at once: rounds are too rare, and expired records hold space meanwhile",
        "expiredPerCyclePct",
    ),
    Alert(
        "AerospikeObjectsPerSprig",
        f"sum by (ns, {CLUSTER}) (aerospike_namespace_master_objects{{only}}) / 4096"
        f" / max by (ns, {CLUSTER}) (aerospike_namespace_partition_tree_sprigs{{only}}) > {{threshold}}",
        60,
        "warning",
        "index trees are deep, and each look-up takes longer: more sprigs (partition-tree-sprigs) make them flat",
        "objectsPerSprig",
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
        any_of("> {threshold}", f"{STORAGE}_device_write_q", f"{STORAGE}_file_write_q"),
        5,
        "warning",
        "a device doesn't keep up with writes",
        "deviceWriteQueue",
    ),
    Alert(
        "AerospikeShadowWriteQueue",
        any_of("> {threshold}", f"{STORAGE}_device_shadow_write_q", f"{STORAGE}_file_shadow_write_q"),
        5,
        "warning",
        "a shadow device doesn't keep up: what it lacks is lost with the device that it shadows",
        "deviceWriteQueue",
    ),
    Alert(
        "AerospikeDefragQueue",
        any_of("> {threshold}", *(f"{STORAGE}_{kind}_defrag_q" for kind in ("device", "file", "stripe"))),
        15,
        "warning",
        "defragmentation falls behind: free blocks will run short",
        "defragQueue",
    ),
)

CLIENTS = (
    Alert(
        "AerospikeProxies",
        f"sum by (ns, {CLUSTER}) ({proxied()}) > {{threshold}}",
        30,
        "warning",
        "clients ask nodes that don't have the record: they don't see the cluster as it is, or it keeps changing",
        "proxiesPerSecond",
    ),
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
        "AerospikeBatchReadLatency",
        latency("batch_sub_read"),
        10,
        "warning",
        "one read of a hundred in batches is slower than the tier promises",
        "readMillisecondsP99",
    ),
    Alert(
        "AerospikeBatchWriteLatency",
        latency("batch_sub_write"),
        10,
        "warning",
        "one write of a hundred in batches is slower than the tier promises",
        "writeMillisecondsP99",
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
