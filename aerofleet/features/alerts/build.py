"""Alert rules of a cell: one PrometheusRule for each tier revision that is in use, with the tier's own thresholds; and
one for each team with the defined sizes of its clusters: the team changes a size, not the platform.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from aerofleet.features.alerts.table import ALERTS, DATA_LIMIT, INDEXES_LIMIT, WANTED_SIZE, Alert
from aerofleet.files.cluster.namespaces import NamespaceSettings
from aerofleet.fleet.cell import Cell, Team
from aerofleet.fleet.cluster import Cluster, Tier
from aerofleet.fleet.metadata import cell_metadata, series_labels, team_metadata
from aerofleet.sizing.headroom import growth_after_loss
from aerofleet.sizing.pod import STOP_WRITES_USED_PERCENT
from aerofleet.units.names import MAX_LABEL, bounded

RUNBOOK = "docs/runbooks/alerts.md"
WHERE = "{{ $labels.aerofleet_team }}/{{ $labels.aerofleet_cluster }}"


def tier_rules(cell: Cell) -> list[dict[str, Any]]:
    """Return a rule for each tier revision; none if the cell has no Prometheus operator. Clusters without an exporter
    have no alerts.
    """
    tiers = {cluster.tier.reference: cluster.tier for team in cell.teams for cluster in watched(cell, team)}
    return [tier_rule(cell, tier) for _, tier in sorted(tiers.items())]


def watched(cell: Cell, team: Team) -> Iterator[Cluster]:
    for cluster in team.clusters if cell.monitoring.pod_monitors else ():
        if cluster.is_deployed and cluster.settings.exporter is not None:
            yield cluster


def tier_rule(cell: Cell, tier: Tier) -> dict[str, Any]:
    only = f'{{aerofleet_cell="{cell.name}",aerofleet_tier="{tier.reference}"}}'
    name = f"aerospike-{tier.label}-{tier.revision}"
    return prometheus_rule(cell, cell_metadata(cell, name), [*alerting_rules(only, tier.alert_thresholds)])


def team_rules(cell: Cell, team: Team) -> list[dict[str, Any]]:
    """Return the rule of a team, in the namespace of the platform's rules, where Prometheus looks for rules."""
    sizes = [wanted_size(cell, cluster) for cluster in watched(cell, team)]
    sizes += [limit for cluster in watched(cell, team) for limit in used_limits(cell, cluster)]
    metadata = team_metadata(cell, team, bounded(f"aerospike-sizes-{team.name}", MAX_LABEL))
    return [prometheus_rule(cell, metadata, sizes)] if sizes else []


def prometheus_rule(cell: Cell, metadata: dict[str, Any], rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    name = metadata["name"]
    metadata |= {"namespace": cell.monitoring.rules_namespace}
    metadata["labels"] |= dict(cell.monitoring.labels)
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": metadata,
        "spec": {"groups": [{"name": name, "rules": list(rules)}]},
    }


def wanted_size(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    """Return the rule that records the size in the definitions: a lost node has no metrics, so only they have its
    number.
    """
    return {"record": WANTED_SIZE, "expr": f"vector({cluster.size})", "labels": series_labels(cell, cluster)}


def used_limits(cell: Cell, cluster: Cluster) -> Iterator[dict[str, Any]]:
    """Yield for each namespace the use of its space for data and of its budget for indexes from which the loss of a
    node stops writes; nothing if the tier has no threshold for it.

    The remaining nodes take over the partitions of the lost one: the worst of them `growth` times as much as before.
    """
    if "usedOfLimitPct" not in cluster.tier.alert_thresholds:
        return
    racks = max(len(cluster.racks), 1)
    for namespace in cluster.settings.namespaces:
        growth = growth_after_loss(namespace.replication_factor, racks, cluster.size // racks)
        stop = stop_writes_used_percent(namespace)
        labels = {**series_labels(cell, cluster), "ns": namespace.name}
        for record, limit in ((DATA_LIMIT, Fraction(stop) / growth), (INDEXES_LIMIT, 100 / growth)):
            yield {"record": record, "expr": f"vector({float(limit):.1f})", "labels": labels}


def stop_writes_used_percent(namespace: NamespaceSettings) -> int:
    """Return the use of the space for data from which writes stop; 100 where that limit is off (0). What is no number
    is a mistake that the operator's rules report, and counts as the server's default here.
    """
    percent = namespace.storage_config.get("stop-writes-used-pct", STOP_WRITES_USED_PERCENT)
    return (percent or 100) if type(percent) is int else STOP_WRITES_USED_PERCENT


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
