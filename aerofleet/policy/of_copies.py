"""Policies of copies: how many there are, on which racks, and what may take one away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from aerofleet.ako.config import replication_factor
from aerofleet.ako.hazards import of_availability
from aerofleet.findings import LocatedProblem
from aerofleet.policy.policy import policies_in, policy
from aerofleet.policy.raised import raised, raising
from aerofleet.policy.rendered_object import RenderedObject

PLACES = ("rackLabel", "zone", "region", "nodeName")
"""Fields of a rack that say where its pods go. Source: AKO 4.5.0, api/v1/aerospikecluster_types.go: Rack."""


COPIES_TOO_FEW = raising(
    "copies-too-few",
    "Every namespace has two copies of each record or more. With one, every lost node loses records.",
    of_availability.one_copy,
    remedy="replicationFactor: 2 or more, or a waiver by the owners of the data",
    asks="data",
)


@policy(
    "copies-beyond-racks",
    kind="state",
    remedy="as many racks as copies, or fewer copies",
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


RACKS_UNEVEN = raising(
    "racks-uneven",
    "Every rack has as many pods as the others: the smaller one is full first.",
    of_availability.uneven_racks,
    of_availability.empty_rack,
    remedy="a size that the number of racks divides",
)


@policy(
    "racks-not-apart",
    kind="state",
    remedy="a rackLabel (or zone) of its own for each rack, and every namespace in rackConfig.namespaces",
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


BATCH_TAKES_RACK = raising(
    "batch-takes-rack",
    "No batch takes a whole rack at once: one more lost node would then lose records with two copies.",
    of_availability.whole_rack_at_once,
    remedy="a batch smaller than a rack",
)


FAILED_PODS_IGNORED = raising(
    "failed-pods-ignored",
    "No roll-out goes on while pods have failed: their copies may be missing already.",
    of_availability.ignored_pods,
    remedy="leave maxIgnorablePods out, and mend the pods",
)


EVICTIONS_UNCHECKED = raising(
    "evictions-unchecked",
    "The maxUnavailable is a number: the operator compares no percentage with the copies.",
    of_availability.percent_unchecked,
    remedy="a whole number below the number of copies",
)


EVICTIONS_UNLIMITED = raising(
    "evictions-unlimited",
    "The operator makes a PodDisruptionBudget: without one a drain may take all copies of a record at once.",
    of_availability.no_pdb,
    remedy="`disablePDB: false`",
)


RULES = policies_in(globals())
