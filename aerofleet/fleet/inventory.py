"""The outputs of a stack: where its clusters answer."""

from __future__ import annotations

from typing import Any

from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.stack_name import StackName


def inventory(name: StackName, cell: Cell) -> dict[str, dict[str, Any]]:
    """Return the endpoint and the identity of each cluster: addresses and names, never a credential."""
    return {
        cluster.key: {
            "namespace": cluster.namespace,
            "resource": cluster.resource_name,
            "tier": cluster.tier.reference,
            "image": cluster.image,
            "size": cluster.size,
            **endpoints(cluster),
        }
        for team in cell.teams
        if name.holds_group(cell, team.group)
        for cluster in team.clusters
        if cluster.is_deployed
    }


def endpoints(cluster: Cluster) -> dict[str, str]:
    """Return the endpoint for clients inside the Kubernetes cluster: address, port, and the tls name of the nodes.

    A cluster with plain ports beside TLS has a `plainEndpoint`, too, for clients without TLS.
    """
    tls, service = cluster.tls, cluster.listeners["service"]
    host = f"{cluster.resource_name}.{cluster.namespace}.svc"
    if tls is None:
        return {"endpoint": f"{host}:{service.plain}"}
    plain = {"plainEndpoint": f"{host}:{service.plain}"} if service.plain else {}
    return {"endpoint": f"{host}:{service.tls}", "tlsName": tls.name, **plain}
