"""The PodMonitor with which Prometheus finds a cluster's exporters."""

from __future__ import annotations

from typing import Any

from aerofleet.files.cluster.exporter import ExporterSettings
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.metadata import cluster_metadata, series_labels


def pod_monitor(cell: Cell, cluster: Cluster) -> list[dict[str, Any]]:
    """Return the PodMonitor; none if the cell has no Prometheus operator, or the cluster no exporter."""
    exporter = cluster.settings.exporter
    if not cell.monitoring.pod_monitors or exporter is None:
        return []
    metadata = cluster_metadata(cell, cluster, cluster.resource_name)
    metadata["labels"] |= dict(cell.monitoring.labels)
    relabelings = [
        {"targetLabel": label, "replacement": value, "action": "replace"}
        for label, value in {**series_labels(cell, cluster), **job_label(exporter)}.items()
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


def job_label(exporter: ExporterSettings) -> dict[str, str]:
    """Return the label that dashboards choose series by: one for all clusters, if the tier names one."""
    return {"job": exporter.job} if exporter.job else {}
