"""Owns the hazards: what the operator admits and a platform should not, of a cluster and of a change.

Must not import admission or anything above `aerofleet.ako`.

A hazard is a rule whose check looks at one cluster (scope "cluster"), at two and the restarts between them ("change"),
at these and the status ("status"), or at a change of aerospikeConfig alone ("config").

A new hazard is a function with `@rule` in the module of its subject, and a line in `tests/cases/ako/hazards.yaml` with
a cluster that has it and one that has not. A new module is listed here, in ``OF_CLUSTER`` or ``OF_CHANGE`` by the scope
of its rules, or in `beside.py` where its hazards look at other objects as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config_change import ConfigChange
from aerofleet.ako.estimate import is_estimate, marked
from aerofleet.ako.hazards import (
    of_access,
    of_availability,
    of_change,
    of_cluster,
    of_config,
    of_data,
    of_memory,
    of_places,
    of_references,
    of_roll_out,
    of_service,
    of_start,
    of_status,
    of_storage,
    of_version,
)
from aerofleet.ako.hazards.of_start import host_findings
from aerofleet.ako.pairs import config_path_of
from aerofleet.ako.restart import Restarts, judged_version
from aerofleet.ako.status import Status
from aerofleet.findings import Finding, Rule, findings_of

OF_CLUSTER = (of_availability, of_cluster, of_places, of_storage, of_memory, of_references, of_version, of_start)
OF_CHANGE = (of_start, of_change, of_roll_out, of_service, of_data, of_access, of_version)

CLUSTER_HAZARDS: tuple[Rule[[Cluster]], ...] = tuple(
    rule for module in OF_CLUSTER for rule in module.RULES if rule.scope == "cluster"
)
CHANGE_HAZARDS: tuple[Rule[[Cluster, Cluster, Restarts]], ...] = tuple(
    rule for module in OF_CHANGE for rule in module.RULES if rule.scope == "change"
)
STATUS_HAZARDS: tuple[Rule[[Cluster, Cluster, Restarts, Status]], ...] = of_status.RULES
CONFIG_HAZARDS = of_config.CONFIG_HAZARDS
HAZARDS: tuple[Rule[...], ...] = (*CLUSTER_HAZARDS, *CONFIG_HAZARDS, *CHANGE_HAZARDS, *STATUS_HAZARDS)
RULES: tuple[Rule[...], ...] = (*CLUSTER_HAZARDS, *of_config.RULES, *CHANGE_HAZARDS, *STATUS_HAZARDS)
"""Those of the catalogue: without the rules of reasons that are hazards, too."""

CLUSTER_CHECKS: tuple[Callable[[Cluster], list[Finding]], ...] = (
    *(rule.findings for rule in CLUSTER_HAZARDS),
    host_findings,
)


def cluster_hazards(cluster: Cluster) -> list[Finding]:
    """Return the hazards of the cluster itself, whatever changes."""
    if not cluster.racks:
        return []
    return _marked([*findings_of(CLUSTER_HAZARDS, cluster), *host_findings(cluster)], cluster.operator)


def _marked(hazards: list[Finding], operator: str) -> list[Finding]:
    """Return the hazards, with the mark of an estimate where the release ``operator`` is not known."""
    if not is_estimate(operator):
        return hazards
    return [replace(hazard, message=marked(hazard.message, operator)) for hazard in hazards]


def config_hazards(version: str, change: ConfigChange, kind: str) -> list[Finding]:
    """Return the hazards of a change of aerospikeConfig alone, with paths within it.

    ``kind`` is what the pods do in the whole change, for whatever cause: a kind of `aerofleet.ako.restart`.
    """
    return findings_of(CONFIG_HAZARDS, version, change, kind)


def change_hazards(old: Cluster, new: Cluster, restarts: Restarts, status: Status) -> list[Finding]:
    """Return the hazards of the change, and those of ``new`` that ``old`` does not have."""
    hazards = findings_of(CHANGE_HAZARDS, old, new, restarts)
    hazards += findings_of(STATUS_HAZARDS, old, new, restarts, status)
    judged: set[int] = set()
    for restart in restarts.racks:
        # Racks that share a configuration share the object with its change.
        if id(restart.config) not in judged and (restart.config.differences or not restart.config.is_same_file):
            judged.add(id(restart.config))
            where = partial(config_path_of, new, restart.before, restart.rack)
            of_rack = config_hazards(judged_version(new, old), restart.config, restart.kind)
            hazards += [replace(hazard, path=where(hazard.path)) for hazard in of_rack]
    if old.spec != new.spec:
        hazards += _new_hazards(old, new)
    return _marked(list(dict.fromkeys(hazards)), new.operator)


def _new_hazards(old: Cluster, new: Cluster) -> Iterator[Finding]:
    """Yield the hazards of ``new`` that ``old`` does not have.

    A check runs on ``old`` only where it finds something in ``new``: most find nothing.
    """
    for check in CLUSTER_CHECKS if new.racks else ():
        hazards = check(new)
        if hazards:
            before = check(old) if old.racks else []
            yield from (hazard for hazard in hazards if hazard not in before)
