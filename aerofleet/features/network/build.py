"""Addresses and ports of a cluster.

AKO fills in the access addresses and ports and the heartbeat mode. They are left out here: AKO refuses other values,
and equal ones would only hide the decisions of people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerofleet.files.cell import Seeds
from aerofleet.files.choices import NetworkProfile
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.network_profiles import PROFILES, Profile
from aerofleet.settings.free_maps import unreserved

NETWORKS_ANNOTATION = "k8s.v1.cni.cncf.io/networks"


def spec(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    profile = PROFILES[cluster.network_profile]
    part: dict[str, Any] = {
        "aerospikeNetworkPolicy": network_policy(cluster, profile),
        "aerospikeConfig": {"network": contexts(cluster)},
    }
    pod = pod_network(cluster, profile)
    if pod:
        part["podSpec"] = pod
    seeds = cell.seeds_of(cluster)
    if seeds:
        part["seedsFinderServices"] = {"loadBalancer": seeds_balancer(seeds, cluster)}
    return part


def contexts(cluster: Cluster) -> dict[str, Any]:
    """Return the contexts of the network, with their plain ports. `check` refuses all other contexts in the free
    mapping.
    """
    built: dict[str, Any] = {}
    for name, listener in cluster.listeners.items():
        free = cluster.settings.network.get(name)
        parameters = free if isinstance(free, Mapping) else {}
        plain = {"port": listener.plain} if listener.plain else {}
        built[name] = {**plain, **unreserved(parameters, f"network.{name}", cluster.server_version)}
    return built


def network_policy(cluster: Cluster, profile: Profile) -> dict[str, Any]:
    policy: dict[str, Any] = {
        "access": profile.access,
        "alternateAccess": profile.alternate,
        "tlsAccess": profile.access,
        "tlsAlternateAccess": profile.alternate,
    }
    if cluster.network_profile is NetworkProfile.MULTUS:
        # A node sends clients every address of these networks: one that they can't reach costs them a timeout.
        for_clients, between_nodes = [cluster.networks[0]], [cluster.networks[-1]]
        policy |= {"fabric": profile.fabric, "tlsFabric": profile.fabric}
        for kind in ("Access", "AlternateAccess", "TLSAccess", "TLSAlternateAccess"):
            policy[f"custom{kind}NetworkNames"] = for_clients
        for kind in ("Fabric", "TLSFabric"):
            policy[f"custom{kind}NetworkNames"] = between_nodes
    return policy


def pod_network(cluster: Cluster, profile: Profile) -> dict[str, Any]:
    """Return the network of the pods, without labels of the platform in their metadata: a change of one restarts every
    pod.
    """
    pod: dict[str, Any] = {}
    if profile.host_network:
        pod |= {"hostNetwork": True, "dnsPolicy": profile.dns_policy}
    if cluster.networks and cluster.network_profile is NetworkProfile.MULTUS:
        pod["metadata"] = {"annotations": {NETWORKS_ANNOTATION: ",".join(cluster.networks)}}
    return pod


def seeds_balancer(seeds: Seeds, cluster: Cluster) -> dict[str, Any]:
    """Return the load balancer of a cluster with clients outside; without their networks everybody could connect.

    `Local` keeps the client's address, which the cluster's network policy checks. The operator chooses the port: the
    TLS port if there is one.
    """
    balancer: dict[str, Any] = {
        "externalTrafficPolicy": "Local",
        "loadBalancerSourceRanges": list(cluster.client_cidrs),
    }
    if seeds.annotations:
        balancer["annotations"] = dict(seeds.annotations)
    return balancer
