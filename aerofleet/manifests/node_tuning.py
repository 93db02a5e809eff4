"""Kernel settings of a pool's hosts, applied again after every start of a host.

Source: the best practices that aerospike-server 8.1 checks at start (memory maps, free memory, swap, huge pages).
"""

from __future__ import annotations

from typing import Any

from aerofleet.fleet.cell import Cell
from aerofleet.fleet.metal import Pool
from aerofleet.manifests.daemon_set import daemon_set, host_path
from aerofleet.units.names import MAX_LABEL, bounded

RESOURCES = {"cpu": "10m", "memory": "16Mi"}
HUGE_PAGES = "/sys/kernel/mm/transparent_hugepage"
WRITE_HUGE_PAGES = f'echo "$0" > {HUGE_PAGES}/enabled && echo "$0" > {HUGE_PAGES}/defrag'


def node_tuning(cell: Cell, pool: Pool) -> list[dict[str, Any]]:
    """Return the DaemonSet: init containers apply the settings, then a container runs that does nothing.

    It uses the network of the host because ``net.*`` settings belong to a network namespace.
    """
    if pool.tuning is None:
        return []
    steps = []
    if pool.tuning.sysctls:
        settings = [f"{key}={value}" for key, value in pool.tuning.sysctls.items()]
        steps.append(privileged("sysctls", cell.images.tuning, ["sysctl", "-w", *settings]))
    command = ["sh", "-c", WRITE_HUGE_PAGES, pool.tuning.transparent_huge_pages]
    mount = {"name": "huge-pages", "mountPath": HUGE_PAGES}
    steps.append({**privileged("huge-pages", cell.images.tuning, command), "volumeMounts": [mount]})
    idle = {
        "name": "idle",
        "image": cell.images.pause,
        "securityContext": {"allowPrivilegeEscalation": False, "runAsNonRoot": True, "runAsUser": 65535},
        "resources": {"requests": RESOURCES, "limits": RESOURCES},
    }
    pod: dict[str, Any] = {
        "hostNetwork": True,
        "automountServiceAccountToken": False,
        "initContainers": steps,
        "containers": [idle],
        "volumes": [host_path("huge-pages", HUGE_PAGES)],
    }
    return [daemon_set(cell, pool, bounded(f"aerofleet-tuning-{pool.name}", MAX_LABEL), pod)]


def privileged(name: str, image: str, command: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "image": image,
        "command": command,
        "securityContext": {"privileged": True},
        "resources": {"requests": RESOURCES, "limits": RESOURCES},
    }
