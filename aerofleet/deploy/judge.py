"""Judge what a deployment would do to a cell: what is live and was sent last, against what was merged and reviewed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aerofleet.ako.compatibility import OPERATOR
from aerofleet.analysis.cell import CellAnalysis, analyse_rendering
from aerofleet.analysis.cell_change import CellChange, FleetChange, cell_change
from aerofleet.analysis.change import analyse_change
from aerofleet.deploy.decision import Decision, LiveChange, ReviewedMerge, StackSides, may_deploy, together
from aerofleet.deploy.merged import sent
from aerofleet.findings import Finding
from aerofleet.live.rollout import stale_reason
from aerofleet.manifests.stack_objects import StackObject
from aerofleet.policy.change import policy_report
from aerofleet.trees.regroup import regrouped
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.object_identity import Key, cluster_name, key_of, label_of, owner_of
from aerofleet.units.same_value import is_same

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """``change``: of the cell, from what the engine has sent last to what is merged."""

    decision: Decision
    change: FleetChange


@dataclass(frozen=True, slots=True)
class CellSides:
    """Everything that the judgement of one cell needs.

    ``stacks``: those that are deployed. ``base``: the folder with the definitions of the oldest baseline of the cell;
    None where there is none. ``head``: the cell as this machine renders it; ``objects``: the same with their stacks.
    ``others``: the changes of the other cells, which some rules look at. ``server``: the AerospikeClusters and Pods of
    the API server.
    """

    name: str
    stacks: Sequence[StackSides]
    base: Path | None
    head: CellAnalysis
    objects: Sequence[StackObject]
    others: Sequence[CellChange]
    server: Sequence[Object]


Reviews = Mapping[str, Sequence[ReviewedMerge] | None]
"""Stack → the reviews since its baseline, the oldest first; None where everything is new."""


def judge(sides: CellSides, reviews: Reviews, as_of: datetime.date) -> Judged:
    """Return whether the stacks of a cell may be deployed together."""
    under_way = frozenset(cluster_name(one) for one in sides.server if is_cluster(one) and is_under_way(one))
    own = replace(cell_change(sides.name, base_of(sides), sides.head), under_way=under_way)
    fleet = FleetChange((*sides.others, own), as_of)
    rules = rule_findings(fleet, own)
    decisions = (may_deploy(live_change(sides, one), one, reviews[one.stack], rules) for one in sides.stacks)
    return Judged(together(decisions), FleetChange((own,), as_of))


def is_under_way(cluster: Object) -> bool:
    """Return whether the last roll-out of a cluster on the API server is not over."""
    return bool(stale_reason(cluster.get("spec") or {}, cluster.get("status") or {}))


def base_of(sides: CellSides) -> CellAnalysis | None:
    """Return the cell as the engine has sent it: the deployed stacks from their states. The other stacks of the cell
    are as head has them, so that nothing of them changes.
    """
    deployed = {one.stack: one.applied for one in sides.stacks}
    if sides.base is None:
        return None
    elsewhere = [(stack, made) for stack, made in sides.objects if stack not in deployed]
    here = [(stack, made) for stack, objects in deployed.items() for made in objects.values()]
    return analyse_rendering(sides.base, sides.name, regrouped(sides.name, (*elsewhere, *here)))


def rule_findings(fleet: FleetChange, change: CellChange) -> tuple[Finding, ...]:
    """Return the findings of the rules of a change that the definitions before it did not have."""
    report = policy_report(fleet, change)
    known = {_key(finding) for finding in report.base}
    return tuple(finding for finding in report.change if _key(finding) not in known)


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.severity, finding.path, finding.message, finding.subject


def live_change(sides: CellSides, stack: StackSides) -> LiveChange:
    """Return what becomes of a stack's clusters on the API server, and of its other objects as they were sent last."""
    server = {key_of(one): one for one in sides.server if is_cluster(one)}
    pods = [one for one in sides.server if not is_cluster(one)]
    old: dict[Key, Object] = {}
    new: dict[Key, Object] = {}
    for key in dict.fromkeys((*stack.applied, *stack.rendered)):
        applied, planned = stack.applied.get(key), stack.rendered.get(key)
        if is_same(applied, planned):
            continue  # nothing is sent
        live = server.get(key) if is_cluster(planned or applied or {}) else applied
        if live is not None:
            old[key] = live
        if planned is not None:
            new[key] = sent(live, applied, planned) if live is not None else planned
    owners = _owners([*stack.applied.values(), *stack.rendered.values()])
    cell = sides.head.resolution.cell
    operator = cell.operator.version if cell else OPERATOR
    change = analyse_change([*old.values(), *pods], list(new.values()), operator, by_name=True)
    return LiveChange(change, frozenset(cluster_name(one) for one in server.values()), owners)


def _owners(objects: Iterable[Object]) -> dict[str, str]:
    """Return label → NAMESPACE/NAME of its cluster, of each object that is made for one."""
    everything = list(objects)
    clusters = {owner_of(one): cluster_name(one) for one in everything if is_cluster(one)}
    return {label_of(one): clusters[owner_of(one)] for one in everything if owner_of(one) in clusters}
