"""NetworkPolicies of a team's pods: only the named peers may connect to them.

If the pods use the network of their hosts, no policy applies to them (Kubernetes leaves it undefined); then none is
made, so that nobody relies on one. Policies do not apply to a second interface, either; the first interface still needs
them, because every pod of the Kubernetes cluster can reach it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aerofleet.fleet.cell import Cell, Team
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.metadata import NAMESPACE_NAME_LABEL, cluster_metadata, team_metadata
from aerofleet.fleet.network_profiles import PROFILES
from aerofleet.units.names import DEFAULT_DENY_POLICY


def default_deny(cell: Cell, team: Team) -> list[dict[str, Any]]:
    """Return the policy that denies all ingress that no cluster's own policy allows. Egress stays open: the init
    container has to reach the API server, whose address differs between sites."""
    if PROFILES[cell.network_profile].policies == "none":
        return []
    deny = policy(team_metadata(cell, team, DEFAULT_DENY_POLICY), {}, ingress=[])
    return [deny]


def cluster_policy(cell: Cell, cluster: Cluster) -> list[dict[str, Any]]:
    """Return the policy of a cluster: it allows clients and the operator (4.5.0) to the service ports, the cluster's
    pods to one another, Prometheus to the exporter. The admin port is only for people with a shell in one of the pods.
    """
    if PROFILES[cell.network_profile].policies == "none":
        return []
    listeners = cluster.listeners
    service = listeners["service"].ports
    inner = [port for name in ("admin", "fabric", "heartbeat") if name in listeners for port in listeners[name].ports]
    own = {"podSelector": {"matchLabels": {"app": "aerospike-cluster", "aerospike.com/cr": cluster.resource_name}}}
    ingress = [
        rule([own], [*service, *inner]),
        rule([in_namespace(cell.operator.namespace)], service),
    ]
    clients = [in_namespace(name) for name in cluster.client_namespaces]
    clients += [{"ipBlock": {"cidr": cidr}} for cidr in cluster.client_cidrs]
    if clients:
        ingress.append(rule(clients, service))
    if cluster.settings.exporter:
        ingress.append(rule([in_namespace(cell.monitoring.namespace)], [cluster.ports.exporter]))
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
