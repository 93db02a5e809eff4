"""Hazards of the places of copies: racks that share a place, pods that share a host."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import replication_factor
from aerofleet.ako.operator_files import CONTROLLER
from aerofleet.ako.placement import Placement, are_apart, hosts_of, place_of
from aerofleet.findings import Problem, rule, rules_in
from aerofleet.units.names_in_text import listed


@rule(
    "rack-anywhere",
    scope="cluster",
    severity="warning",
    remedy="zone, region, rackLabel or nodeName on every rack",
    source=f"{CONTROLLER}/statefulset.go: updateSTSSchedulingPolicy",
)
def rack_anywhere(cluster: Cluster) -> Iterator[Problem]:
    """A rack has no place of its own, so Kubernetes spreads its pods over all hosts. Two racks may share a host,
    and losing it loses two copies.
    """
    for rack in cluster.racks if len(cluster.racks) > 1 else ():
        if not place_of(cluster, rack):
            yield f"spec.rackConfig.racks[{rack.position}]", f"rack {rack.id} is bound to no place"


@rule(
    "racks-in-one-place",
    scope="cluster",
    severity="warning",
    remedy="another zone, rackLabel or nodeName for each rack",
    source=f"{CONTROLLER}/statefulset.go: updateSTSSchedulingPolicy",
)
def racks_in_one_place(cluster: Cluster) -> Iterator[Problem]:
    """Racks share a place. The server keeps copies in different racks, so losing the place loses several copies."""
    places = [(rack, place_of(cluster, rack)) for rack in cluster.racks]
    for group in _groups([(rack.id, place) for rack, place in places if place]):
        ids = [str(identity) for identity, _ in group]
        position = next(rack.position for rack, _ in places if str(rack.id) == ids[1])
        where = hosts_of(group[0][1], group[1][1])
        how = f"share {where}" if where else "are bound by labels that one host can have together"
        yield f"spec.rackConfig.racks[{position}]", f"racks {listed(ids)} {how}"


def _groups(racks: list[tuple[int, Placement]]) -> Iterator[list[tuple[int, Placement]]]:
    """Yield groups of two or more racks that one host could fit; a rack is in the first group that it fits."""
    rest = racks
    while rest:
        first, others = rest[0], rest[1:]
        group = [first, *(other for other in others if not are_apart(first[1], other[1]))]
        if len(group) > 1:
            yield group
        rest = [other for other in others if other not in group]


@rule(
    "copies-on-one-host",
    scope="cluster",
    severity="warning",
    remedy="`multiPodPerHost: false`, or rack-aware namespaces on racks in places of their own",
    source=f"{CONTROLLER}/statefulset.go: updateSTSSchedulingPolicy",
)
def copies_on_one_host(cluster: Cluster) -> Iterator[Problem]:
    """A host may have several pods, and nothing keeps copies of a record on different hosts: losing the host loses
    all copies of some records.
    """
    if cluster.pod_spec.get("multiPodPerHost") is not True or cluster.size < 2:
        return
    places = _independent(cluster)
    for path, name, namespace in cluster.written_namespaces:
        copies = replication_factor(namespace)
        apart = places if name in cluster.rack_namespaces else 1
        if copies > 1 and apart < copies:
            why = f"{apart} racks in places of their own" if apart > 1 else "no racks that keep them apart"
            yield f"{path}.replication-factor", f"{name}: one host may have several of {copies} copies, with {why}"


def _independent(cluster: Cluster) -> int:
    """Return the number of racks that can't share a host with one another; at least 1."""
    counted: list[Placement] = []
    for rack in cluster.racks:
        place = place_of(cluster, rack)
        if place and all(are_apart(place, other) for other in counted):
            counted.append(place)
    return max(len(counted), 1)


RULES = rules_in(globals())
