"""Hazards between clusters of one file: ports and names that two of them can't have at the same time."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.server_files import SERVER
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.object_set import ObjectSet
from aerofleet.ako.operator_files import CONTROLLER, MUTATING_WEBHOOK
from aerofleet.ako.placement import are_apart, host_ports_of, place_of
from aerofleet.findings import Problem, rule, rules_in


@rule(
    "host-ports-taken",
    scope="cluster",
    severity="warning",
    remedy="other ports, or racks, pools or hosts that only one of the two may use",
    source=f"Kubernetes 1.35, scheduling of hostPort; {CONTROLLER}/statefulset.go: getSTSContainerPort",
)
def host_ports_taken(cluster: Cluster, objects: ObjectSet) -> Iterator[Problem]:
    """Two clusters open the same port of their hosts, and may be placed on the same hosts. A host gives a port to
    one pod only: with too few hosts for both clusters, pods stay pending.
    """
    own = host_ports_of(cluster)
    for other in objects.on_host_ports(own.values()) if own else ():
        if other is cluster or not _may_meet(cluster, other):
            continue
        taken = {*host_ports_of(other).values()}
        shared = {name: port for name, port in own.items() if port in taken}
        first = next(iter(shared))
        part, key = first.removeprefix("tls-"), "tls-port" if first.startswith("tls-") else "port"
        ports = ", ".join(f"{port} ({name})" for name, port in shared.items())
        message = f"pods open {ports} of their hosts, and so do those of {_name(other)}; both may be on the same hosts"
        yield f"spec.aerospikeConfig.network.{part}.{key}", message


def _may_meet(first: Cluster, second: Cluster) -> bool:
    """Return whether one host can fit a rack of both clusters."""
    places = [[place_of(cluster, rack) for rack in cluster.racks] for cluster in (first, second)]
    return any(not are_apart(one, other) for one in places[0] for other in places[1])


def _name(cluster: Cluster) -> str:
    return f"{cluster.namespace or 'default'}/{cluster.name}"


@rule(
    "same-cluster-name",
    scope="cluster",
    severity="warning",
    remedy="a name that no other cluster of the Kubernetes cluster has",
    source=f"{MUTATING_WEBHOOK}: setDefaultServiceConf; {SERVER}, as/src/fabric/hb.c: channel_msg_sanity_check",
)
def same_cluster_name(cluster: Cluster, objects: ObjectSet) -> Iterator[Problem]:
    """Two clusters in different namespaces have one name. The operator writes it into cluster-name without the
    namespace. That name keeps nodes of two clusters apart when one gets an address that the other knew: with the
    same name they join.
    """
    for other in objects.named(cluster.name):
        if other is not cluster and other.namespace != cluster.namespace:
            yield "metadata.name", f"{_name(other)} has the same cluster-name {cluster.name}"


RULES = rules_in(globals())
