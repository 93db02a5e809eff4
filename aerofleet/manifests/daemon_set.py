"""A DaemonSet on the hosts of a pool."""

from __future__ import annotations

from typing import Any

from aerofleet.fleet.cell import Cell
from aerofleet.fleet.metadata import cell_metadata
from aerofleet.fleet.metal import Pool
from aerofleet.units.names import POOL_LABEL, SKIP_AWAIT_ANNOTATION

SYSTEM_NAMESPACE = "kube-system"
NAME_LABEL = "app.kubernetes.io/name"


def daemon_set(
    cell: Cell, pool: Pool, name: str, pod: dict[str, Any], annotations: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return a DaemonSet on every host of the pool, whatever its taints. ``pod``: the pod's spec without its placement.

    Nothing waits until it runs on every host: one host that is down must not delay a change of the others.
    """
    labels = {NAME_LABEL: name}
    metadata = cell_metadata(cell, name, SYSTEM_NAMESPACE)
    metadata["annotations"] = {SKIP_AWAIT_ANNOTATION: "true"}
    pod_metadata = {"labels": labels, **({"annotations": annotations} if annotations else {})}
    spec = {
        **pod,
        "priorityClassName": "system-node-critical",
        "nodeSelector": {POOL_LABEL: pool.name},
        "tolerations": [{"operator": "Exists"}],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": metadata,
        "spec": {
            "selector": {"matchLabels": labels},
            "updateStrategy": {"type": "RollingUpdate"},
            "template": {"metadata": pod_metadata, "spec": spec},
        },
    }


def host_path(name: str, path: str) -> dict[str, Any]:
    return {"name": name, "hostPath": {"path": path, "type": "Directory"}}
