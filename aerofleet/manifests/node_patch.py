"""Labels that AKO and the scheduler read on the nodes of a pool, added to nodes that already exist."""

from __future__ import annotations

from typing import Any

from aerofleet.files.choices import HostState, NetworkProfile
from aerofleet.fleet.metal import Host, Pool
from aerofleet.units.names import (
    ACCESS_ADDRESS_NODE_LABEL,
    ALTERNATE_ADDRESS_NODE_LABEL,
    POOL_LABEL,
    RACK_NODE_LABEL,
)


def node_patches(pool: Pool, profile: NetworkProfile) -> list[dict[str, Any]]:
    """Return a patch for each host that is not absent; a host in maintenance keeps its labels."""
    return [node_patch(pool, host, profile) for host in pool.hosts if host.state is not HostState.ABSENT]


def node_patch(pool: Pool, host: Host, profile: NetworkProfile) -> dict[str, Any]:
    """Return the patch of one Node: the platform's labels and, if the pool takes them over, its taints."""
    labels = {**pool.labels, POOL_LABEL: pool.name, RACK_NODE_LABEL: host.rack}
    if profile is NetworkProfile.CONFIGURED_IP:
        labels[ACCESS_ADDRESS_NODE_LABEL] = host.address
        labels[ALTERNATE_ADDRESS_NODE_LABEL] = host.alternate_address or host.address
    patch: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": host.name, "labels": labels},
    }
    if pool.take_over_taints:
        patch["spec"] = {
            "taints": [{"key": taint.key, "value": taint.value, "effect": taint.effect} for taint in pool.taints]
        }
    return patch
