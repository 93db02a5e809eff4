"""What the operator lets through and a platform should not: of a cluster as it stands, and of a change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config_change import ConfigChange
from aerofleet.ako.estimate import is_estimate, marked
from aerofleet.ako.hazards import of_cluster, of_memory, of_places, of_references, of_storage
from aerofleet.ako.hazards.hazard import Hazard, HazardRule
from aerofleet.ako.hazards.of_access import ACCESS_HAZARDS
from aerofleet.ako.hazards.of_change import CHANGE_HAZARDS
from aerofleet.ako.hazards.of_config import CONFIG_HAZARDS
from aerofleet.ako.hazards.of_data import DATA_HAZARDS
from aerofleet.ako.hazards.of_service import SERVICE_HAZARDS
from aerofleet.ako.hazards.of_start import HOST_HAZARDS, START_HAZARDS, missing_folder, unequal_devices
from aerofleet.ako.hazards.of_status import STATUS_HAZARDS
from aerofleet.ako.hazards.of_version import VERSION_HAZARDS, known_bug
from aerofleet.ako.pairs import config_path_of
from aerofleet.ako.restart import Restarts, judged_version
from aerofleet.ako.status import Status

__all__ = [
    "CHANGES",
    "CLUSTER_HAZARDS",
    "CONFIG_HAZARDS",
    "HAZARDS",
    "STATUS_HAZARDS",
    "Hazard",
    "HazardRule",
    "change_hazards",
    "cluster_hazards",
    "config_hazards",
]

CLUSTER_HAZARDS: tuple[HazardRule, ...] = (
    *(
        rule
        for module in (of_cluster, of_places, of_storage, of_memory, of_references)
        for rule in vars(module).values()
        if isinstance(rule, HazardRule)
    ),
    known_bug,
    missing_folder,
    unequal_devices,
    *HOST_HAZARDS,
)
CHANGES: tuple[HazardRule, ...] = (
    START_HAZARDS + CHANGE_HAZARDS + SERVICE_HAZARDS + DATA_HAZARDS + ACCESS_HAZARDS + VERSION_HAZARDS
)
HAZARDS: tuple[HazardRule, ...] = CLUSTER_HAZARDS + CONFIG_HAZARDS + CHANGES + STATUS_HAZARDS


def cluster_hazards(cluster: Cluster) -> list[Hazard]:
    """Every hazard of the cluster as it stands."""
    if not cluster.racks:
        return []
    return _marked([found for rule in CLUSTER_HAZARDS for found in rule.found(cluster)], cluster.operator)


def _marked(hazards: list[Hazard], operator: str) -> list[Hazard]:
    if not is_estimate(operator):
        return hazards
    return [replace(hazard, message=marked(hazard.message, operator)) for hazard in hazards]


def config_hazards(version: str, change: ConfigChange, kind: str) -> list[Hazard]:
    """Hazards of a change of configuration alone; paths are within it. ``kind``: what pods do, for whatever cause."""
    return [found for rule in CONFIG_HAZARDS for found in rule.found(version, change, kind)]


def change_hazards(old: Cluster, new: Cluster, restarts: Restarts, status: Status) -> list[Hazard]:
    """Hazards of the change, and those of the cluster that come with it."""
    found = [hazard for rule in CHANGES for hazard in rule.found(old, new, restarts)]
    found += [hazard for rule in STATUS_HAZARDS for hazard in rule.found(old, new, restarts, status)]
    told: set[int] = set()
    for restart in restarts.racks:
        if id(restart.config) not in told and (restart.config.differences or not restart.config.is_same_file):
            told.add(id(restart.config))
            where = partial(config_path_of, new, restart.before, restart.rack)
            hazards = config_hazards(judged_version(new, old), restart.config, restart.kind)
            found += [replace(hazard, path=where(hazard.path)) for hazard in hazards]
    if old.spec != new.spec:
        found += _new_hazards(old, new)
    return _marked(list(dict.fromkeys(found)), new.operator)


def _new_hazards(old: Cluster, new: Cluster) -> Iterator[Hazard]:
    """Yield the hazards of ``new`` that ``old`` does not have. A rule that finds none in ``new`` is not asked of
    ``old``: most find none.
    """
    for rule in CLUSTER_HAZARDS if new.racks else ():
        found = rule.found(new)
        if found:
            before = rule.found(old) if old.racks else []
            yield from (hazard for hazard in found if hazard not in before)
