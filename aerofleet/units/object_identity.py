"""The identity of a Kubernetes object: for the API server, for Pulumi, and for people.

The API server identifies an object by group, kind, namespace and name; every version of the group shows the same
object. For Pulumi the version is a part of the identity, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerofleet.units.names import CLUSTER_LABEL, TEAM_LABEL

DEFAULT_NAMESPACE = "default"
"""The namespace in which kubectl creates an object that names none."""

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
"""Kinds of objects that are in no namespace."""


def metadata_of(resource: Object) -> dict[str, Any]:
    """Return the metadata; empty if it is no mapping."""
    metadata = resource.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def group_of(resource: Object) -> str:
    """Return the API group; empty for the core group and for an object without apiVersion."""
    version = resource.get("apiVersion")
    return version.rpartition("/")[0] if isinstance(version, str) else ""


def kind_of(resource: Object) -> str:
    return str(resource.get("kind", ""))


def name_of(resource: Object) -> str:
    return str(metadata_of(resource).get("name", ""))


def namespace_of(resource: Object) -> str:
    return str(metadata_of(resource).get("namespace") or DEFAULT_NAMESPACE)


def key_of(resource: Object) -> Key:
    """Return the identity by which an object of one file is the same as one of another file."""
    namespace = "" if kind_of(resource) in CLUSTER_WIDE else namespace_of(resource)
    return group_of(resource), kind_of(resource), namespace, name_of(resource)


def namespaced(namespace: str, name: str) -> str:
    """Return ``namespace/name``, or the name alone for an object in no namespace; the provider's id of an object."""
    return f"{namespace}/{name}" if namespace else name


def cluster_name(resource: Object) -> str:
    """``namespace/name``."""
    return f"{namespace_of(resource)}/{name_of(resource)}"


def owner_of(resource: Object) -> tuple[str, str]:
    """Return (team, cluster) of the labels; empty texts for an object that is made for no team or no cluster."""
    labels = metadata_of(resource).get("labels")
    labels = labels if isinstance(labels, dict) else {}
    return str(labels.get(TEAM_LABEL, "")), str(labels.get(CLUSTER_LABEL, ""))


def label_of(resource: Object) -> str:
    """Return the name of an object in messages: its kind, its namespace (if one is written) and its name."""
    namespace = metadata_of(resource).get("namespace")
    return f"{kind_of(resource)} {f'{namespace}/' if namespace else ''}{name_of(resource)}"


def api_version_message(before: str, after: str) -> str:
    """Return the consequence of another apiVersion under the same name.

    Source: pulumi-kubernetes 4.32, await.go (Creation) and issues 546 and 1668.
    """
    return (
        f"{before} becomes {after}: the API server has one object under both, Pulumi has two. `pulumi up` stops at the"
        " new one, which exists already, unless the state is moved first; a provider with upsertExistingObjects, or"
        " before 4.29, deletes the old one after that, and with it the object itself. kubectl changes nothing"
    )
