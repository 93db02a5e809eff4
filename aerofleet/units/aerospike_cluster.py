"""The custom resource AerospikeCluster: its API group, version and kind, and which objects are one."""

from __future__ import annotations

from typing import Any

from aerofleet.units.object_identity import group_of

GROUP = "asdb.aerospike.com"
KIND = "AerospikeCluster"
API_VERSION = f"{GROUP}/v1"
DEFINITION = f"aerospikeclusters.{GROUP}"
"""Name of its CustomResourceDefinition."""


def is_cluster(resource: Any) -> bool:
    """Return whether it is an AerospikeCluster of this operator; one that names no apiVersion counts as one."""
    return isinstance(resource, dict) and resource.get("kind") == KIND and group_of(resource) in ("", GROUP)


def is_foreign_cluster(resource: Any) -> bool:
    """Return whether it is an AerospikeCluster of another operator: other API groups have the kind, too."""
    return isinstance(resource, dict) and resource.get("kind") == KIND and not is_cluster(resource)
