"""Who may talk to a team's pods: nobody but those named here.

Where the pods use the network of their hosts, no policy applies to them (Kubernetes leaves it undefined); none is made
then, so that nobody trusts one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aerofleet.manifests.metadata import NAMESPACE_NAME_LABEL, cluster_metadata, team_metadata
from aerofleet.manifests.network import PROFILES
from aerofleet.model.names import DEFAULT_DENY_POLICY
from aerofleet.model.resolved import Cell, Cluster, Team


def default_deny(cell: Cell, team: Team) -> list[dict[str, Any]]:
    """Nothing comes in but what a cluster's own policy lets in. What goes out is left open: the init container has to
    reach the API server, whose address differs from site to site."""
    if not PROFILES[cell.network_profile].policies:
        return []
    deny = policy(team_metadata(cell, team, DEFAULT_DENY_POLICY), {}, ingress=[])
    return [deny]


def cluster_policy(cell: Cell, cluster: Cluster) -> list[dict[str, Any]]:
    """Clients to the service port, the operator to it as well, the cluster's own pods to one another, Prometheus to
    the exporter."""
    if not PROFILES[cell.network_profile].policies:
        return []
    ports = cluster.ports
    service = [port for port in (ports.tls_service or ports.service, ports.admin) if port]
    inner = [ports.tls_fabric or ports.fabric, ports.tls_heartbeat or ports.heartbeat]
    own = {"podSelector": {"matchLabels": {"app": "aerospike-cluster", "aerospike.com/cr": cluster.resource_name}}}
    ingress = [
        rule([own], [*service, *inner]),
        rule([in_namespace(cell.operator.namespace)], service),
    ]
    clients = [in_namespace(name) for name in cluster.client_namespaces]
    clients += [{"ipBlock": {"cidr": cidr}} for cidr in cluster.client_cidrs]
    if clients:
        ingress.append(rule(clients, service[:1]))
    if cluster.exporter:
        ingress.append(rule([in_namespace(cell.monitoring.namespace)], [ports.exporter]))
    metadata = cluster_metadata(cell, cluster, cluster.resource_name)
    return [policy(metadata, own["podSelector"], ingress=ingress)]


def in_namespace(name: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {NAMESPACE_NAME_LABEL: name}}}


def rule(peers: list[dict[str, Any]], ports: Iterable[int]) -> dict[str, Any]:
    return {"from": peers, "ports": [{"protocol": "TCP", "port": port} for port in ports]}


def policy(metadata: dict[str, Any], pods: dict[str, Any], *, ingress: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": {"podSelector": pods, "policyTypes": ["Ingress"], "ingress": ingress},
    }
