"""Hazards of a cluster together with what is in the same file: objects that it names or that select it, and other
clusters.
"""

from __future__ import annotations

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.hazards.hazard import Hazard, HazardRule
from aerofleet.ako.hazards.of_neighbours import NEIGHBOUR_HAZARDS
from aerofleet.ako.hazards.of_object_changes import OBJECT_CHANGE_HAZARDS
from aerofleet.ako.hazards.of_objects import OBJECT_HAZARDS
from aerofleet.ako.object_set import ObjectSet

BESIDE: tuple[HazardRule, ...] = OBJECT_HAZARDS + NEIGHBOUR_HAZARDS
BESIDE_CHANGES: tuple[HazardRule, ...] = OBJECT_CHANGE_HAZARDS


def hazards_beside(cluster: Cluster, objects: ObjectSet) -> list[Hazard]:
    """Hazards of one of the file's clusters beside everything else in the file."""
    if not cluster.racks:
        return []
    return list(dict.fromkeys(hazard for rule in BESIDE for hazard in rule.found(cluster, objects)))


def change_hazards_beside(old: Cluster | None, new: Cluster, before: ObjectSet, after: ObjectSet) -> list[Hazard]:
    """Hazards of the change of what is beside a cluster, and those that come with it. ``old``: None for a new one."""
    known = set(hazards_beside(old, before)) if old is not None else set()
    found = [hazard for hazard in hazards_beside(new, after) if hazard not in known]
    if old is not None:
        found += [hazard for rule in BESIDE_CHANGES for hazard in rule.found(new, before, after)]
    return list(dict.fromkeys(found))
