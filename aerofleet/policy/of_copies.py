"""Policies of copies: how many there are, on which racks, and what may take one away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import replication_factor
from aerofleet.ako.hazards import of_availability
from aerofleet.findings import LocatedProblem, Rule
from aerofleet.policy.policy import policies_in, policy
from aerofleet.policy.rendered_object import RenderedObject

SOURCE = "Platform rule: docs/concepts/policies.md"
PLACES = ("rackLabel", "zone", "region", "nodeName")
"""Fields of a rack that say where its pods go. Source: AKO 4.5.0, api/v1/aerospikecluster_types.go: Rack."""


def raised(rendered: RenderedObject, *rules: Rule[[Cluster]]) -> Iterator[LocatedProblem]:
    """Yield what the hazards find in the object, if it is a cluster."""
    for cluster in rendered.clusters:
        for rule in rules:
            for finding in rule.findings(cluster):
                yield LocatedProblem(finding.path, finding.message, finding.remedy)


@policy(
    "copies-too-few",
    kind="state",
    remedy="replicationFactor: 2 or more",
    source=SOURCE,
    in_pack=True,
    raises=(of_availability.one_copy,),
)
def copies_too_few(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """Every namespace has two copies of each record or more. With one, every lost node loses records."""
    yield from raised(rendered, of_availability.one_copy)


@policy(
    "copies-beyond-racks",
    kind="state",
    remedy="as many racks as copies, or fewer copies",
    source=SOURCE,
    in_pack=True,
    raises=(of_availability.copies_over_racks,),
)
def copies_beyond_racks(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """No namespace has more copies than the cluster has racks: two copies in one rack are lost together."""
    for cluster in rendered.clusters:
        racks = len(cluster.racks)
        for path, name, namespace in cluster.written_namespaces:
            copies = replication_factor(namespace)
            if copies > max(racks, 1):
                where = f"{racks} racks" if racks > 1 else "1 rack"
                yield LocatedProblem(f"{path}.replication-factor", f"{name} has {copies} copies on {where}")


@policy(
    "racks-uneven",
    kind="state",
    remedy="a size that the number of racks divides",
    source=SOURCE,
    in_pack=True,
    raises=(of_availability.uneven_racks, of_availability.empty_rack),
)
def racks_uneven(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """Every rack has as many pods as the others: the smaller one is full first."""
    yield from raised(rendered, of_availability.uneven_racks, of_availability.empty_rack)


@policy(
    "racks-not-apart",
    kind="state",
    remedy="a rackLabel (or zone) of its own for each rack, and every namespace in rackConfig.namespaces",
    source=SOURCE,
    in_pack=True,
    raises=(of_availability.not_rack_aware,),
)
def racks_not_apart(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """Every rack is a failure domain of its own, and every namespace spreads its copies over the racks."""
    yield from raised(rendered, of_availability.not_rack_aware)
    for cluster in rendered.clusters:
        by_place = defaultdict(list)
        for rack in cluster.racks:
            by_place[tuple(str(rack.own.get(key) or "") for key in PLACES)].append(rack)
        for place, racks in by_place.items():
            if len(racks) > 1:
                where = ", ".join(filter(None, place))
                names = " and ".join(str(rack.id) for rack in racks)
                message = f"racks {names} are both in {where}" if where else f"nothing keeps racks {names} apart"
                yield LocatedProblem(f"spec.rackConfig.racks[{racks[1].position}]", message)


@policy(
    "batch-takes-rack",
    kind="state",
    remedy="a batch smaller than a rack",
    source=SOURCE,
    in_pack=True,
    raises=(of_availability.whole_rack_at_once,),
)
def batch_takes_rack(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """No batch takes a whole rack at once: one more lost node would then lose records with two copies."""
    yield from raised(rendered, of_availability.whole_rack_at_once)


@policy(
    "failed-pods-ignored",
    kind="state",
    remedy="leave maxIgnorablePods out, and mend the pods",
    source=SOURCE,
    in_pack=True,
    raises=(of_availability.ignored_pods,),
)
def failed_pods_ignored(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """No roll-out goes on while pods have failed: their copies may be missing already."""
    yield from raised(rendered, of_availability.ignored_pods)


@policy(
    "evictions-unchecked",
    kind="state",
    remedy="a whole number below the number of copies",
    source=SOURCE,
    in_pack=True,
    raises=(of_availability.percent_unchecked,),
)
def evictions_unchecked(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """The maxUnavailable is a number: the operator compares no percentage with the copies."""
    yield from raised(rendered, of_availability.percent_unchecked)


@policy(
    "evictions-unlimited",
    kind="state",
    remedy="disablePDB: false",
    source=SOURCE,
    in_pack=True,
    raises=(of_availability.no_pdb,),
)
def evictions_unlimited(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """The operator makes a PodDisruptionBudget: without one a drain may take all copies of a record at once."""
    yield from raised(rendered, of_availability.no_pdb)


RULES = policies_in(globals())
