"""What names a Kubernetes object: to the API server, to Pulumi, and to people.

The API server knows an object by group, kind, namespace and name; every version of the group shows the same one. To
Pulumi the version is part of it, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GROUP = "asdb.aerospike.com"
KIND = "AerospikeCluster"
API_VERSION = f"{GROUP}/v1"
DEFAULT_NAMESPACE = "default"
"""Where an object names no namespace, kubectl takes this one."""

Object = Mapping[str, Any]
Key = tuple[str, str, str, str]
"""Group, kind, namespace, name."""

CLUSTER_WIDE = frozenset(
    {
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterSecretStore",
        "CustomResourceDefinition",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "StorageClass",
        "ValidatingWebhookConfiguration",
    }
)
"""Kinds that lie in no namespace."""


def metadata_of(resource: Object) -> dict[str, Any]:
    """The metadata, empty where it is no map."""
    metadata = resource.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def group_of(resource: Object) -> str:
    """The API group; empty for the core group and where no apiVersion is written."""
    version = resource.get("apiVersion")
    return version.rpartition("/")[0] if isinstance(version, str) else ""


def kind_of(resource: Object) -> str:
    return str(resource.get("kind", ""))


def name_of(resource: Object) -> str:
    return str(metadata_of(resource).get("name", ""))


def namespace_of(resource: Object) -> str:
    return str(metadata_of(resource).get("namespace") or DEFAULT_NAMESPACE)


def key_of(resource: Object) -> Key:
    """What two files know an object by."""
    namespace = "" if kind_of(resource) in CLUSTER_WIDE else namespace_of(resource)
    return group_of(resource), kind_of(resource), namespace, name_of(resource)


def namespaced(namespace: str, name: str) -> str:
    """Return ``namespace/name``, or the name alone for an object in no namespace; the provider's id of an object."""
    return f"{namespace}/{name}" if namespace else name


def cluster_name(resource: Object) -> str:
    """``namespace/name``."""
    return f"{namespace_of(resource)}/{name_of(resource)}"


def label_of(resource: Object) -> str:
    """What people know an object by: kind, then namespace (where one is written) and name."""
    namespace = metadata_of(resource).get("namespace")
    return f"{kind_of(resource)} {f'{namespace}/' if namespace else ''}{name_of(resource)}"


def is_cluster(resource: Any) -> bool:
    """Is it an AerospikeCluster of this operator? One that names no apiVersion is taken for one."""
    return isinstance(resource, dict) and resource.get("kind") == KIND and group_of(resource) in ("", GROUP)


def is_foreign_cluster(resource: Any) -> bool:
    """Is it an AerospikeCluster of another operator? Other API groups have the kind, too."""
    return isinstance(resource, dict) and resource.get("kind") == KIND and not is_cluster(resource)


def api_version_message(before: str, after: str) -> str:
    """The consequence of another apiVersion under the same name. Source: pulumi-kubernetes, issues 546 and 1668."""
    return (
        f"{before} becomes {after}: the API server has one object under both, Pulumi has two. It makes the new one and"
        " deletes the old one, and with it the object itself, unless the state is moved first. kubectl changes nothing"
    )
