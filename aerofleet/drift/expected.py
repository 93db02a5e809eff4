"""What is compared of an object: the parts that the definitions decide, as the server and the operator complete them.

Fields that the API server or the operator fill in by themselves are no drift. For an AerospikeCluster these are those
of the operator's webhook and of its definition (`aerofleet.ako.cluster`), exactly; for other kinds, fields that nobody
else has written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerofleet.ako.cluster import cluster_of
from aerofleet.drift.path import Path
from aerofleet.units.aerospike_cluster import is_cluster

Object = Mapping[str, Any]

SERVER_SECTIONS = frozenset({"apiVersion", "kind", "status"})
OWN_METADATA = ("labels", "annotations")
"""The rest of the metadata is the API server's, and the controllers' (finalizers, owners)."""
SERVER_KEYS = frozenset(
    {
        ("metadata", "labels", "kubernetes.io/metadata.name"),
        ("metadata", "labels", "aerospike.com/api-version"),
        ("metadata", "annotations", "deprecated.daemonset.template.generation"),
        ("metadata", "annotations", "deployment.kubernetes.io/revision"),
        ("metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"),
        ("metadata", "annotations", "autoscaling.alpha.kubernetes.io/conditions"),
    }
)
"""Keys that the API server, a controller, the operator's webhook or kubectl writes about its own work."""
INJECTED = frozenset({"caBundle"})
"""Filled in by cert-manager, in webhooks and definitions of kinds."""
ESCAPED, PLACEHOLDER = "$${_DNE}{", "${"
"""Source: AKO 4.5.0, internal/webhook/v1/aerospikecluster_mutating_webhook.go: escapeLDAPConfiguration."""
DEFAULTS: Mapping[str, Any] = {
    "apiGroup": "rbac.authorization.k8s.io",
    "defaultMode": 420,
    "dnsPolicy": "ClusterFirst",
    "imagePullPolicy": "IfNotPresent",
    "protocol": "TCP",
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "scheme": "HTTP",
    "terminationGracePeriodSeconds": 30,
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}
"""Field → the value that the API server fills in. Source: Kubernetes 1.35, defaults of core/v1, networking.k8s.io/v1
and rbac.authorization.k8s.io/v1. Whoever writes a list that is owned as a whole owns the defaults in it, too."""


def completed(resource: Object, operator: str) -> dict[str, Any]:
    """Return the sections of an object that are compared. ``operator``: the release that fills in AerospikeClusters."""
    sections = {key: value for key, value in resource.items() if key not in SERVER_SECTIONS}
    metadata = resource.get("metadata") or {}
    sections["metadata"] = {key: metadata.get(key) or {} for key in OWN_METADATA}
    if is_cluster(resource):
        sections["spec"] = completed_spec(resource, operator)
    return sections


def completed_spec(cluster: Object, operator: str) -> dict[str, Any]:
    """Return the spec of an AerospikeCluster with everything that the operator's webhook fills in."""
    spec = {"storage": {}, **(cluster.get("spec") or {})}
    # Twice: a zero that is dropped at first is a default when it is read again.
    for _ in range(2):
        spec = cluster_of({**cluster, "spec": spec}, operator).spec
    completed: dict[str, Any] = _without_escapes(spec, ())
    return completed


def _without_escapes(value: Any, path: Path) -> Any:
    """Return the spec with the placeholders of LDAP as a person writes them: the webhook escapes them."""
    if isinstance(value, dict):
        return {key: _without_escapes(inner, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_escapes(inner, path) for inner in value]
    return value.replace(ESCAPED, PLACEHOLDER) if isinstance(value, str) and path[-2:-1] == ("ldap",) else value


def is_filled_in(path: Path, found: Any) -> bool:
    """Return whether a field that only the live object has is the API server's, a controller's or kubectl's own."""
    key = str(path[-1])
    return path in SERVER_KEYS or key in INJECTED or (key in DEFAULTS and DEFAULTS[key] == found)
