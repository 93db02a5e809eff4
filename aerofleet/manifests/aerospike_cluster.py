"""The AerospikeCluster custom resource: the parts of all features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerofleet.features import FEATURES
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.metadata import cluster_metadata
from aerofleet.manifests.join import joined
from aerofleet.manifests.overlay import overlaid
from aerofleet.units.aerospike_cluster import API_VERSION, KIND

READING_ORDER = (
    "size",
    "image",
    "maxUnavailable",
    "enableDynamicConfigUpdate",
    "rackConfig",
    "aerospikeNetworkPolicy",
    "podSpec",
    "storage",
    "aerospikeConfig",
    "aerospikeAccessControl",
    "operatorClientCert",
    "seedsFinderServices",
)
READING_ORDER_OF_POD = (
    "multiPodPerHost",
    "aerospikeContainer",
    "aerospikeInitContainer",
    "hostNetwork",
    "dnsPolicy",
    "metadata",
)
READING_ORDER_OF_CONFIG = ("service", "network", "namespaces")
"""Keys that come first where people read the resource, whichever feature makes them; all others follow."""


def aerospike_cluster(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    spec = arranged(joined(feature.spec(cell, cluster) for feature in FEATURES), READING_ORDER)
    spec["podSpec"] = arranged(spec["podSpec"], READING_ORDER_OF_POD)
    spec["aerospikeConfig"] = arranged(spec["aerospikeConfig"], READING_ORDER_OF_CONFIG)
    metadata = cluster_metadata(cell, cluster, cluster.resource_name)
    annotations = joined(feature.annotations(cell, cluster) for feature in FEATURES)
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {**metadata, "annotations": annotations} if annotations else metadata,
        "spec": overlaid(spec, cluster.overlays).spec,
    }


def arranged(mapping: Mapping[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    """Return the mapping with the keys of ``order`` first."""
    return {key: mapping[key] for key in (*order, *mapping) if key in mapping}
