"""The hosts on which the pods of a cluster may be placed, by the labels that a rack requires of its nodes; and the
ports that a pod opens on its host.

Source: AKO 4.5.0, statefulset.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import entries, section, texts

RACK_PLACES: dict[str, str] = {
    "zone": "topology.kubernetes.io/zone",
    "region": "topology.kubernetes.io/region",
    "rackLabel": "aerospike.com/rack-label",
    "nodeName": "kubernetes.io/hostname",
}
"""Field of a rack → the node label that the operator requires for it."""

Placement = Mapping[str, frozenset[str]]
"""Node label → the values that are allowed. A label that is not named may have any."""


def place_of(cluster: Cluster, rack: Rack) -> Placement:
    """Return the node labels that pods of the rack require, from the rack, nodeSelector and node affinity."""
    required: dict[str, frozenset[str]] = {}
    for label, values in _required(cluster, rack):
        required[label] = required[label] & values if label in required else values
    return required


def _required(cluster: Cluster, rack: Rack) -> Iterator[tuple[str, frozenset[str]]]:
    for field, label in RACK_PLACES.items():
        if rack.own.get(field):
            yield label, frozenset({str(rack.own[field])})
    own = rack.own.get("podSpec")
    for key in ("nodeSelector", "affinity"):
        holder = own if isinstance(own, dict) and own.get(key) else cluster.pod_spec
        if key == "nodeSelector":
            for label, value in section(holder, key).items():
                yield label, frozenset({str(value)})
            continue
        terms = entries(
            holder, key, "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"
        )
        # Several terms are alternatives: none of them alone is required.
        for expression in entries(terms[0], "matchExpressions") if len(terms) == 1 else ():
            if expression.get("operator") == "In":
                yield str(expression.get("key")), frozenset(texts(expression.get("values")))


def are_apart(first: Placement, second: Placement) -> bool:
    """Return whether no node fits both places: a label of theirs must differ."""
    return any(not first[label] & second[label] for label in first.keys() & second.keys())


def hosts_of(first: Placement, second: Placement) -> str:
    """Return the labels that two places share, for a message; empty where they share none."""
    shared = [
        f"{_name(label)} {', '.join(sorted(first[label] & second[label]))}"
        for label in sorted(first.keys() & second.keys())
    ]
    return ", ".join(shared)


def _name(label: str) -> str:
    return next((field for field, known in RACK_PLACES.items() if known == label), label)


PORTS: tuple[tuple[str, str, str, bool], ...] = (
    ("service", "service", "port", True),
    ("tls-service", "service", "tls-port", True),
    ("fabric", "fabric", "port", False),
    ("tls-fabric", "fabric", "tls-port", False),
    ("heartbeat", "heartbeat", "port", False),
    ("tls-heartbeat", "heartbeat", "tls-port", False),
    ("info", "info", "port", True),
    ("admin", "admin", "port", True),
    ("tls-admin", "admin", "tls-port", True),
)
"""(name in the pod, section of `network`, parameter, opened on the host where host addresses are published)."""

POD_ONLY = ("access", "alternateAccess")
POD_ONLY_TLS = ("tlsAccess", "tlsAlternateAccess")


def ports_of(config: Any) -> dict[str, int]:
    """Return the ports that a server listens on, by their name in the pod."""
    ports = {}
    for name, part, key, _ in PORTS:
        port = section(config, "network", part).get(key)
        if isinstance(port, (int, float)) and not isinstance(port, bool):
            ports[name] = int(port)
    return ports


def host_ports_of(cluster: Cluster) -> dict[str, int]:
    """Return the ports that a pod opens on its host, by their name in the pod.

    These are all ports with hostNetwork; the ports for clients where one pod is on a host and not all addresses are the
    pods' own; else none.
    """
    ports = ports_of(cluster.config)
    if cluster.pod_spec.get("hostNetwork") is True:
        return ports
    if cluster.pod_spec.get("multiPodPerHost") is True or _is_pod_only(cluster, ports):
        return {}
    exposed = {name for name, *_, is_exposed in PORTS if is_exposed}
    return {name: port for name, port in ports.items() if name in exposed}


def _is_pod_only(cluster: Cluster, ports: Mapping[str, int]) -> bool:
    policy = section(cluster.spec, "aerospikeNetworkPolicy")
    ways = (*(POD_ONLY if "service" in ports else ()), *(POD_ONLY_TLS if "tls-service" in ports else ()))
    return all(policy.get(way) == "pod" for way in ways)
