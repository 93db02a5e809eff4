"""Hazards of a cluster together with what is in the same file: objects that it names or that select it, and other
clusters.
"""

from __future__ import annotations

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.hazards import of_neighbours, of_object_changes, of_objects
from aerofleet.ako.object_set import ObjectSet
from aerofleet.findings import Finding, Rule, findings_of

BESIDE: tuple[Rule[[Cluster, ObjectSet]], ...] = (*of_objects.RULES, *of_neighbours.RULES)
BESIDE_CHANGES: tuple[Rule[[Cluster, ObjectSet, ObjectSet]], ...] = of_object_changes.RULES
RULES: tuple[Rule[...], ...] = (*BESIDE, *BESIDE_CHANGES)


def hazards_beside(cluster: Cluster, objects: ObjectSet) -> list[Finding]:
    """Return the hazards of one of the file's clusters together with everything else in the file."""
    if not cluster.racks:
        return []
    return list(dict.fromkeys(findings_of(BESIDE, cluster, objects)))


def change_hazards_beside(old: Cluster | None, new: Cluster, before: ObjectSet, after: ObjectSet) -> list[Finding]:
    """Return the hazards that come to ``new`` with the change of the file from ``before`` to ``after``.

    ``old`` is None for a cluster that is new.
    """
    known = set(hazards_beside(old, before)) if old is not None else set()
    hazards = [hazard for hazard in hazards_beside(new, after) if hazard not in known]
    if old is not None:
        hazards += findings_of(BESIDE_CHANGES, new, before, after)
    return list(dict.fromkeys(hazards))
