"""Selectors: which objects select the pods of a cluster, and which traffic a NetworkPolicy allows.

Source: Kubernetes 1.35 (label selectors, NetworkPolicy); AKO 4.5.0, utils.go (labels of pods).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import entries, section, texts

APP_LABEL, APP = "app", "aerospike-cluster"
CLUSTER_LABEL = "aerospike.com/cr"
NAMESPACE_LABEL = "kubernetes.io/metadata.name"

Object = Mapping[str, Any]


def pod_labels(cluster: Cluster) -> dict[str, str]:
    """Return the labels that every pod of the cluster has; those of a single rack are left out."""
    own = {str(key): str(value) for key, value in section(cluster.pod_spec, "metadata", "labels").items()}
    return {**own, APP_LABEL: APP, CLUSTER_LABEL: cluster.name}


def matches(selector: Any, labels: Mapping[str, str]) -> bool:
    """Return whether a label selector (`matchLabels`, `matchExpressions`) fits these labels. An empty one fits all."""
    for key, value in section(selector, "matchLabels").items():
        if labels.get(key) != str(value):
            return False
    for expression in entries(selector, "matchExpressions"):
        key, values = str(expression.get("key")), texts(expression.get("values"))
        fits = {
            "In": labels.get(key) in values,
            "NotIn": labels.get(key) not in values,
            "Exists": key in labels,
            "DoesNotExist": key not in labels,
        }
        if not fits.get(str(expression.get("operator")), True):
            return False
    return True


def policies_for(cluster: Cluster, policies: Iterable[Object], direction: str) -> list[Object]:
    """Return the NetworkPolicies that select the cluster's pods in a direction, `Ingress` or `Egress`."""
    labels = pod_labels(cluster)
    return [
        policy
        for policy in policies
        # Most policies of a namespace name another cluster: this label decides before the whole selector is read.
        if section(policy, "spec", "podSelector", "matchLabels").get(CLUSTER_LABEL, cluster.name) == cluster.name
        and matches(section(policy, "spec", "podSelector"), labels)
        and direction in _directions(policy)
    ]


def _directions(policy: Object) -> list[str]:
    spec = section(policy, "spec")
    if spec.get("policyTypes"):
        return texts(spec["policyTypes"])
    return ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]


def lets_through(policies: Iterable[Object], name: str, port: int, peer: Cluster | None, direction: str) -> bool:
    """Return whether one of the policies allows TCP on a port, which is called ``name`` in the pod.

    The other side is the pods of ``peer``; with None it is enough that the policy allows anybody.
    """
    part, sides = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
    return any(
        _has_port(rule, name, port) and (peer is None or _has_peer(rule, sides, peer))
        for policy in policies
        for rule in entries(policy, "spec", part)
    )


def _has_port(rule: Mapping[str, Any], name: str, port: int) -> bool:
    ports = rule.get("ports")
    if not ports:
        return True
    for entry in entries(rule, "ports"):
        first = entry.get("port")
        if entry.get("protocol", "TCP") != "TCP":
            continue
        if first is None or first in (name, port):
            return True
        if isinstance(first, int) and first <= port <= int(entry.get("endPort") or first):
            return True
    return False


def _has_peer(rule: Mapping[str, Any], sides: str, peer: Cluster) -> bool:
    if not rule.get(sides):
        return True
    for side in entries(rule, sides):
        if "ipBlock" in side:
            # Whether pods are in the block is not known here.
            return True
        spaces = side.get("namespaceSelector")
        if spaces is not None and not _may_fit(spaces, peer.namespace or "default"):
            continue
        if matches(side.get("podSelector"), pod_labels(peer)):
            return True
    return False


def _may_fit(selector: Any, namespace: str) -> bool:
    """Return whether the selector may fit the namespace; of its labels only the name is known here."""
    return bool(section(selector, "matchLabels").get(NAMESPACE_LABEL, namespace) == namespace)
