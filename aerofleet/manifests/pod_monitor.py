"""The PodMonitor with which Prometheus finds a cluster's exporters."""

from __future__ import annotations

from typing import Any

from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster, Exporter
from aerofleet.manifests.metadata import cluster_metadata


def pod_monitor(cell: Cell, cluster: Cluster) -> list[dict[str, Any]]:
    """Return the PodMonitor; none if the cell has no Prometheus operator, or the cluster no exporter."""
    if not cell.monitoring.pod_monitors or cluster.exporter is None:
        return []
    metadata = cluster_metadata(cell, cluster, cluster.resource_name)
    metadata["labels"] |= dict(cell.monitoring.labels)
    relabelings = [
        {"targetLabel": label, "replacement": value, "action": "replace"}
        for label, value in {**series_labels(cell, cluster), **job_label(cluster.exporter)}.items()
    ]
    endpoint = {
        "port": "metrics",
        "interval": f"{cell.monitoring.scrape_interval}s",
        "relabelings": relabelings,
    }
    pods = {"matchLabels": {"app": "aerospike-cluster", "aerospike.com/cr": cluster.resource_name}}
    return [
        {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PodMonitor",
            "metadata": metadata,
            "spec": {"selector": pods, "podMetricsEndpoints": [endpoint]},
        }
    ]


def job_label(exporter: Exporter) -> dict[str, str]:
    """Return the label that dashboards choose series by: one for all clusters, if the tier names one."""
    return {"job": exporter.job} if exporter.job else {}


def series_labels(cell: Cell, cluster: Cluster) -> dict[str, str]:
    """Return the labels of a cluster's series: alert rules select by them, and alerts show them."""
    return {
        "aerofleet_cell": cell.name,
        "aerofleet_team": cluster.team,
        "aerofleet_cluster": cluster.name,
        "aerofleet_tier": cluster.tier.reference,
    }
