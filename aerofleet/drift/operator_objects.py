"""The drift of the objects that the operator keeps for a cluster: its PodDisruptionBudget and its StatefulSets.

The operator writes them back only when it works on the cluster for another reason: it does not watch them.
Source: AKO 4.5.0, internal/controller/cluster/poddistruptionbudget.go: createOrUpdatePDB; statefulset.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aerofleet.ako.cluster import Cluster, cluster_of
from aerofleet.ako.status import rack_sizes
from aerofleet.drift.ownership import managers_of
from aerofleet.drift.path import Path, shown
from aerofleet.drift.rules import OPERATOR_OBJECT
from aerofleet.drift.text import writers_text
from aerofleet.findings import Finding, Subject

Object = Mapping[str, Any]

BUDGET = "policy/v1", "PodDisruptionBudget"
STATEFUL_SET = "apps/v1", "StatefulSet"
KEPT = (BUDGET, STATEFUL_SET)
RECONCILE = (
    "set it back; the operator does so with the next change of the cluster. To make it work on the cluster now:"
    " docs/how-to/find-drift.md"
)


def operator_drift(live: Object, kept: Mapping[tuple[str, str], Object], operator: str) -> Iterator[Finding]:
    """Yield the drift of the objects that the operator keeps for a cluster that is rolled out.

    ``live``: the AerospikeCluster; ``kept``: (kind, name) → object of its namespace.
    """
    cluster = cluster_of(dict(live), operator)
    yield from _budget(cluster, kept.get((BUDGET[1], cluster.name)))
    sizes = rack_sizes(cluster.size, len(cluster.racks))
    for rack, size in zip(cluster.racks, sizes, strict=True):
        name = f"{cluster.name}-{rack.identity}"
        yield from _stateful_set(cluster, name, size, kept.get((STATEFUL_SET[1], name)))


def _budget(cluster: Cluster, budget: Object | None) -> Iterator[Finding]:
    is_wanted = cluster.spec.get("disablePDB") is not True
    if budget is None:
        if is_wanted:
            message = "is gone: a drain may take all pods of the cluster at once"
            yield _finding(cluster, BUDGET[1], cluster.name, (), message)
        return
    found, wanted = (budget.get("spec") or {}).get("maxUnavailable"), cluster.spec.get("maxUnavailable")
    if is_wanted and str(found) != str(wanted):
        path: Path = ("spec", "maxUnavailable")
        message = f"is {found} on the API server, and {wanted} by the cluster's definition{_by(budget, path)}"
        yield _finding(cluster, BUDGET[1], cluster.name, path, message)


def _stateful_set(cluster: Cluster, name: str, size: int, found: Object | None) -> Iterator[Finding]:
    if found is None:
        if size:
            message = f"is gone: the {size} pods of this rack are not made again"
            yield _finding(cluster, STATEFUL_SET[1], name, (), message)
        return
    path: Path = ("spec", "replicas")
    replicas = (found.get("spec") or {}).get("replicas")
    if replicas != size:
        message = f"is {replicas} on the API server, and {size} by the cluster's definition{_by(found, path)}"
        yield _finding(cluster, STATEFUL_SET[1], name, path, message)


def _by(kept: Object, path: Path) -> str:
    others = [manager for manager in managers_of(kept, path) if not manager.is_controller]
    return f"; written by {writers_text(others)}" if others else ""


def _finding(cluster: Cluster, kind: str, name: str, path: Path, message: str) -> Finding:
    subject = Subject("object", f"{kind} {cluster.namespace}/{name}")
    return OPERATOR_OBJECT.finding(shown(path), message, RECONCILE, subject=subject)
