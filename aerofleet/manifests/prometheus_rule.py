"""Alert rules of a cell: one PrometheusRule for each tier revision that is in use, with the tier's own thresholds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aerofleet.manifests.alerts import ALERTS, WANTED_SIZE, Alert
from aerofleet.manifests.metadata import cell_metadata
from aerofleet.manifests.pod_monitor import series_labels
from aerofleet.model.resolved import Cell, Cluster, ClusterState, Tier

RUNBOOK = "docs/runbooks/alerts.md"
WHERE = "{{ $labels.aerofleet_team }}/{{ $labels.aerofleet_cluster }}"


def prometheus_rules(cell: Cell) -> list[dict[str, Any]]:
    """None where the cell has no Prometheus operator; clusters without an exporter are not watched."""
    if not cell.monitoring.pod_monitors:
        return []
    of_tier: dict[str, list[Cluster]] = {}
    for cluster in cell.clusters:
        if cluster.state is not ClusterState.DELETED and cluster.exporter is not None:
            of_tier.setdefault(cluster.tier.reference, []).append(cluster)
    return [prometheus_rule(cell, clusters[0].tier, clusters) for _, clusters in sorted(of_tier.items())]


def prometheus_rule(cell: Cell, tier: Tier, clusters: Sequence[Cluster]) -> dict[str, Any]:
    name = f"aerospike-{tier.name}-{tier.revision}"
    metadata = cell_metadata(cell, name, cell.monitoring.rules_namespace)
    metadata["labels"] |= dict(cell.monitoring.labels)
    only = f'{{aerofleet_cell="{cell.name}",aerofleet_tier="{tier.reference}"}}'
    rules = [*(wanted_size(cell, each) for each in clusters), *alerting_rules(only, tier.alert_thresholds)]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": metadata,
        "spec": {"groups": [{"name": name, "rules": rules}]},
    }


def wanted_size(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    """Metrics of a node that is gone are gone with it: only the definitions know how many there should be."""
    return {"record": WANTED_SIZE, "expr": f"vector({cluster.size})", "labels": series_labels(cell, cluster)}


def alerting_rules(only: str, thresholds: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    for alert in ALERTS:
        if not alert.setting or alert.setting in thresholds:
            yield alerting_rule(alert, only, thresholds.get(alert.setting, 0))


def alerting_rule(alert: Alert, only: str, threshold: float) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expression.replace("{only}", only).replace("{threshold}", f"{threshold:g}"),
        "for": f"{alert.minutes}m",
        "labels": {"severity": alert.severity},
        "annotations": {"summary": f"{WHERE}: {alert.summary}", "runbook": f"{RUNBOOK}#{alert.name.lower()}"},
    }
