"""Policies that report a hazard of a cluster with their own severity."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.cluster import Cluster
from aerofleet.findings import LocatedProblem, Rule
from aerofleet.policy.contacts import Role
from aerofleet.policy.policy import Policy, policy
from aerofleet.policy.rendered_object import RenderedObject

Hazard = Rule[[Cluster]]


def raised(rendered: RenderedObject, *hazards: Hazard) -> Iterator[LocatedProblem]:
    """Yield what the hazards find in the object, if it is a cluster. A remedy that fits all that a hazard finds is left
    to the policy, which writes it in the words of the definitions.
    """
    for cluster in rendered.clusters:
        for hazard in hazards:
            for finding in hazard.findings(cluster):
                remedy = "" if finding.remedy == hazard.remedy else finding.remedy
                yield LocatedProblem(finding.path, finding.message, remedy)


def raising(
    name: str, summary: str, *hazards: Hazard, remedy: str, asks: Role | None = None
) -> Policy[[RenderedObject]]:
    """Return the policy that nothing has these hazards. The pack has it: the cluster is enough to judge it."""

    def check(rendered: RenderedObject) -> Iterator[LocatedProblem]:
        return raised(rendered, *hazards)

    check.__doc__ = summary
    return policy(name, kind="state", remedy=remedy, in_pack=True, raises=hazards, asks=asks)(check)
