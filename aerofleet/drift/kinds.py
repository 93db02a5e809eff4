"""The kinds of objects that are looked for on an API server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aerofleet.units.aerospike_cluster import API_VERSION, KIND
from aerofleet.units.object_identity import kind_of

NODE = "v1", "Node"
SECRET = "v1", "Secret"
"""Never read: the secret store's operator makes Secrets, and copies our labels to them."""
MADE = (
    (API_VERSION, KIND),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "Deployment"),
    ("external-secrets.io/v1", "ExternalSecret"),
    ("monitoring.coreos.com/v1", "PodMonitor"),
    ("monitoring.coreos.com/v1", "PrometheusRule"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("storage.k8s.io/v1", "StorageClass"),
    ("v1", "ConfigMap"),
    ("v1", "LimitRange"),
    ("v1", "Namespace"),
    NODE,
    ("v1", "ResourceQuota"),
    ("v1", "Service"),
    ("v1", "ServiceAccount"),
)
"""What some definitions make. An object of these kinds can be left over where the definitions make none any more."""


def kinds_of(rendered: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return every kind that is asked for, sorted: those of ``rendered``, and those of what may be left over."""
    own = {(str(one["apiVersion"]), kind_of(one)) for one in rendered}
    groups = {(_group(version), kind) for version, kind in own}
    others = {(version, kind) for version, kind in MADE if (_group(version), kind) not in groups}
    return sorted((own | others) - {SECRET})


def _group(api_version: str) -> str:
    return api_version.rpartition("/")[0]
