"""Alert rules of a cell, one set for each tier that is in use, with the tier's own thresholds.

Names of metrics are those of aerospike-prometheus-exporter 1.34; the labels ``aerofleet_*`` come from the
PodMonitor. Which conditions are worth waking somebody follows Aerospike's monitoring stack 3.18, with thresholds
where its samples have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aerofleet.manifests.metadata import cell_metadata
from aerofleet.model.resolved import Cell, ClusterState

CLUSTER = "aerofleet_cell, aerofleet_team, aerofleet_cluster"


@dataclass(frozen=True, slots=True)
class Alert:
    """``expression`` holds ``{only}`` where the tier's series are selected, and ``{threshold}`` where ``setting`` says
    one. A tier that doesn't give the setting has no such alert.
    """

    name: str
    expression: str
    minutes: int
    severity: str
    summary: str
    setting: str = ""


ALERTS: tuple[Alert, ...] = (
    Alert("AerospikeNodeDown", "aerospike_node_up{only} == 0", 1, "critical", "a node doesn't answer its exporter"),
    Alert(
        "AerospikeExporterDown",
        "up{only} == 0",
        5,
        "warning",
        "an exporter can't be scraped: nothing is seen of its node",
    ),
    Alert(
        "AerospikeClusterSplit",
        f"min by ({CLUSTER}) (aerospike_node_stats_cluster_size{{only}})"
        f" < max by ({CLUSTER}) (aerospike_node_stats_cluster_size{{only}})",
        2,
        "critical",
        "nodes don't agree on how many they are",
    ),
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
        "AerospikeClockSkew",
        "aerospike_node_stats_cluster_clock_skew_ms{only} > {threshold}",
        5,
        "warning",
        "clocks of the nodes drift apart",
        "clockSkewMilliseconds",
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
        "AerospikeReadLatency",
        f"histogram_quantile(0.99, sum by (le, ns, {CLUSTER}) (rate(aerospike_latencies_read_ms_bucket{{only}}[5m])))"
        " > {threshold}",
        10,
        "warning",
        "one read of a hundred is slower than the tier promises",
        "readMillisecondsP99",
    ),
    Alert(
        "AerospikeWriteLatency",
        f"histogram_quantile(0.99, sum by (le, ns, {CLUSTER}) (rate(aerospike_latencies_write_ms_bucket{{only}}[5m])))"
        " > {threshold}",
        10,
        "warning",
        "one write of a hundred is slower than the tier promises",
        "writeMillisecondsP99",
    ),
    Alert(
        "AerospikeXdrLag",
        "aerospike_xdr_lag{only} > {threshold}",
        5,
        "warning",
        "a remote cluster falls behind",
        "xdrLagSeconds",
    ),
)


def prometheus_rules(cell: Cell) -> list[dict[str, Any]]:
    """One PrometheusRule for each tier revision in use; none where the cell has no Prometheus operator."""
    if not cell.monitoring.pod_monitors:
        return []
    clusters = [
        cluster for team in cell.teams for cluster in team.clusters if cluster.state is not ClusterState.DELETED
    ]
    tiers = {cluster.tier.reference: cluster.tier for cluster in clusters}
    return [
        _rule(cell, reference, tier.name, tier.revision, tier.alert_thresholds)
        for reference, tier in sorted(tiers.items())
    ]


def _rule(cell: Cell, reference: str, name: str, revision: int, thresholds: Mapping[str, float]) -> dict[str, Any]:
    metadata = cell_metadata(cell, f"aerospike-{name}-{revision}", cell.monitoring.rules_namespace)
    metadata["labels"] |= dict(cell.monitoring.labels)
    only = f'{{aerofleet_cell="{cell.name}",aerofleet_tier="{reference}"}}'
    group = {"name": f"aerospike-{name}-{revision}", "rules": list(_alerts(only, thresholds))}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": metadata,
        "spec": {"groups": [group]},
    }


def _alerts(only: str, thresholds: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    for alert in ALERTS:
        if alert.setting and alert.setting not in thresholds:
            continue
        threshold = f"{thresholds.get(alert.setting, 0):g}"
        where = "{{ $labels.aerofleet_team }}/{{ $labels.aerofleet_cluster }}"
        yield {
            "alert": alert.name,
            "expr": alert.expression.replace("{only}", only).replace("{threshold}", threshold),
            "for": f"{alert.minutes}m",
            "labels": {"severity": alert.severity},
            "annotations": {"summary": f"{where}: {alert.summary}"},
        }
