"""How clusters are reached, beyond the golden files: cells with one network, teams without clients outside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aerofleet.features.network.policies import cluster_policy
from aerofleet.files.choices import NetworkProfile
from aerofleet.fleet.cluster import Cluster
from aerofleet.manifests.aerospike_cluster import aerospike_cluster
from tests.manifests.golden import resolved


def spec_of(cluster: Cluster) -> dict[str, Any]:
    spec: dict[str, Any] = aerospike_cluster(resolved(NetworkProfile.POD), cluster)["spec"]
    return spec


def test_a_load_balancer_is_for_clients_outside() -> None:
    cluster = resolved(NetworkProfile.POD).clusters[0]
    ranges = spec_of(cluster)["seedsFinderServices"]["loadBalancer"]["loadBalancerSourceRanges"]
    assert ranges == list(cluster.client_cidrs) != []
    assert "seedsFinderServices" not in spec_of(replace(cluster, client_cidrs=()))


def test_one_attached_network_can_serve_clients_and_nodes() -> None:
    cluster = replace(resolved(NetworkProfile.MULTUS).clusters[0], networks=("net/all",))
    names = [value for key, value in spec_of(cluster)["aerospikeNetworkPolicy"].items() if key.endswith("NetworkNames")]
    assert names == [["net/all"]] * 6


def test_a_cluster_without_clients_is_open_to_none() -> None:
    """An empty list of peers would let everybody in."""
    cell = resolved(NetworkProfile.POD)
    (built,) = cluster_policy(cell, replace(cell.clusters[0], client_cidrs=(), client_namespaces=()))
    own, operator, prometheus = (rule["from"] for rule in built["spec"]["ingress"])
    assert own == [{"podSelector": built["spec"]["podSelector"]}]
    assert operator == [in_namespace(cell.operator.namespace)]
    assert prometheus == [in_namespace(cell.monitoring.namespace)]


def in_namespace(name: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}
