"""Every name, label key and annotation key that the platform writes, for builders, checks and verbs alike."""

from __future__ import annotations

import re
from collections.abc import Mapping

MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
MANAGED_BY_VALUE = "aerofleet"
CELL_LABEL = "aerofleet.io/cell"
TEAM_LABEL = "aerofleet.io/team"
CLUSTER_LABEL = "aerofleet.io/cluster"
TIER_LABEL = "aerofleet.io/tier"
POOL_LABEL = "aerofleet.io/pool"
RECONCILE_ANNOTATION = "aerofleet.io/reconcile-request"
CONFIG_ANNOTATION = "aerofleet.io/config"
DEPLOY_NAMESPACE = "aerofleet"
"""Has the records and locks of deployments, and nothing else."""
DEPLOY_HOLDER_ANNOTATION = "aerofleet.io/deploy-holder"
SKIP_AWAIT_ANNOTATION = "pulumi.com/skipAwait"
"""Read by Pulumi's Kubernetes provider: it does not wait until the object runs."""

RACK_NODE_LABEL = "aerospike.com/rack-label"
"""Read by AKO: `racks[].rackLabel` becomes a required node affinity on it (AKO 4.5.0)."""
ACCESS_ADDRESS_NODE_LABEL = "aerospike.com/configured-access-address"
ALTERNATE_ADDRESS_NODE_LABEL = "aerospike.com/configured-alternate-access-address"

OPERATOR_SERVICE_ACCOUNT = "aerospike-operator-controller-manager"
"""Hard-coded by AKO 4.5.0 as the ServiceAccount of every pod; it has to exist in each cluster's namespace."""

MAX_LABEL = 63
MAX_RESOURCE_NAME = 40
"""Longest AerospikeCluster name that AKO 4.5.0 accepts: it appends rack id, revision and a hash for the StatefulSet."""
HASH_DIGITS = 6

DNS_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""A whole name of lower-case letters, digits and hyphens. Source: RFC 1123, the label of a host name."""
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_NOT_LABEL = re.compile(r"[^a-z0-9]+")

FEATURE_KEY_SECRET = "aerospike-feature-key"  # noqa: S105 - the name of a Secret
PULL_SECRET = "aerospike-registry"  # noqa: S105 - the name of a Secret
PULL_SECRET_FILE = ".dockerconfigjson"  # noqa: S105 - the key that Kubernetes looks for
FEATURE_KEY_FILE = "features.conf"
SECRETS_PATH = "/etc/aerospike/secrets"
TLS_PATH = "/etc/aerospike/tls"
"""Folders of a server's container."""
CA_FILE = "ca.crt"


DEFAULT_DENY_POLICY = "aerofleet.default-deny"
"""The dot keeps the name apart from the policies of clusters, whose names have no dot."""


def deploy_object(stack: str) -> str:
    """Return the name of the Lease and of the ConfigMap of a stack's deployments."""
    return f"deploy.{stack}"


def tls_secret(resource: str) -> str:
    return bounded(f"{resource}.tls", MAX_LABEL)


def user_secret(resource: str, user: str, generation: int = 1) -> str:
    """Return the name of the Secret with a user's password.

    A cluster's name has no dot, so that no two clusters of a namespace have the same Secret.
    """
    number = f".{generation}" if generation > 1 else ""
    return bounded(f"{resource}.user.{kubernetes_name(user)}{number}", MAX_LABEL)


def kubernetes_name(text: str) -> str:
    """Return ``text`` if Kubernetes accepts it as a name, else its acceptable letters and a hash of the whole."""
    if _LABEL.fullmatch(text):
        return text
    kept = _NOT_LABEL.sub("-", text.lower()).strip("-")
    return f"{kept}-{_hash(text)}".lstrip("-")


def bounded(name: str, limit: int) -> str:
    """Return ``name``; if it is longer than ``limit``, its beginning and a hash of the whole, to keep it unique."""
    if len(name) <= limit:
        return name
    return f"{name[: limit - HASH_DIGITS - 1].rstrip('-.')}-{_hash(name)}"


def digest(data: Mapping[str, str]) -> str:
    """Return a short hash of ``data``: other data has another hash, and the order of its keys has no effect."""
    return _hash(repr(sorted(data.items())))


def _hash(text: str) -> str:
    # Loaded where it is needed: `aerofleet verdict` needs no hash and has to start fast.
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS]


def owner_labels(cell: str) -> dict[str, str]:
    """Return the labels of every object that this toolkit makes in a cell."""
    return {MANAGED_BY_LABEL: MANAGED_BY_VALUE, CELL_LABEL: cell}
