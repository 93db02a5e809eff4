"""What a review says about every object of the stacks: before the change, after it, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aerofleet.analysis.cell import CellAnalysis
from aerofleet.analysis.cell_change import CellChange, FleetChange
from aerofleet.findings import Effect
from aerofleet.fleet.stack_name import PLATFORM, StackName, stack_names
from aerofleet.manifests.rendered import RenderedCell
from aerofleet.manifests.stack_objects import stack_objects
from aerofleet.review.model import Review
from aerofleet.units.aerospike_cluster import API_VERSION, KIND
from aerofleet.units.object_identity import Key, key_of, label_of, owner_of

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReviewedObject:
    """``before`` and ``after``: the rendering of base and of head; None where that side does not have the object in the
    stack. ``effect``: of the entry of the review that has the object, its cluster's for an object of a cluster; None
    where the review says that nothing changes. ``is_sent``: False for a node in maintenance, which is sent nothing.
    """

    label: str
    before: Object | None
    after: Object | None
    effect: Effect | None
    is_sent: bool = True


ReviewedStack = Mapping[Key, ReviewedObject]


def reviewed_stacks(change: FleetChange, review: Review) -> dict[str, ReviewedStack]:
    """Return stack → what the review says about its objects. A cell that can't be judged has no stack in it."""
    stacks: dict[str, ReviewedStack] = {}
    for cell in change.cells:
        if cell.is_known:
            stacks |= _of_cell(cell, review)
    return stacks


def _of_cell(cell: CellChange, review: Review) -> dict[str, ReviewedStack]:
    before, after = (dict(_by_stack(side)) for side in (cell.base, cell.head))
    effects = _Effects(cell.name, review)
    held = _in_maintenance(cell.head)
    known = {key for objects in (*before.values(), *after.values()) for key in objects}
    stacks: dict[str, ReviewedStack] = {}
    for stack in dict.fromkeys((*before, *after)):
        old, new = before.get(stack, {}), after.get(stack, {})
        objects = {
            key: effects.reviewed(key, old.get(key), new.get(key), is_sent=key not in held)
            for key in dict.fromkeys((*new, *old))
        }
        stacks[stack] = objects | dict(effects.without_object(stack, known))
    return stacks


class _Effects:
    """The entries of a review for one cell."""

    def __init__(self, cell: str, review: Review) -> None:
        self.clusters = [one for one in review.clusters if one.cell == cell]
        self.others = [one for one in review.others if one.cell == cell]
        self.by_owner = {(one.team, one.cluster): one.effect for one in self.clusters}
        self.by_name = {(one.namespace, one.name): one.effect for one in self.clusters}
        self.by_label = {one.object: one.effect for one in self.others}

    def reviewed(self, key: Key, old: Object | None, new: Object | None, *, is_sent: bool) -> ReviewedObject:
        label = label_of(new or old or {})
        if key[1] == KIND:
            effect = self.by_name.get((key[2], key[3]))
        else:
            effect = self.by_label.get(label, self.by_owner.get(owner_of(new or old or {})))
        return ReviewedObject(label, old, new, effect, is_sent)

    def without_object(self, stack: str, known: set[Key]) -> Iterator[tuple[Key, ReviewedObject]]:
        """Yield the entries of clusters that no side has an object of."""
        for one in self.clusters:
            key = API_VERSION.rpartition("/")[0], KIND, one.namespace, one.name
            if one.stack == stack and key not in known:
                yield key, ReviewedObject(f"{KIND} {one.namespace}/{one.name}", None, None, one.effect)


def _by_stack(side: CellAnalysis | None) -> Iterator[tuple[str, dict[Key, Object]]]:
    if side is None or side.rendered is None:
        return
    stacks: dict[str, dict[Key, Object]] = {}
    for stack, made in stack_objects(side.rendered, _platform(side, side.rendered)):
        stacks.setdefault(stack, {})[key_of(made)] = made
    yield from stacks.items()


def _platform(side: CellAnalysis, rendered: RenderedCell) -> str:
    """Return the stack of the platform. Where other code made the objects, the definitions may be unknown."""
    if side.resolution.cell:
        return str(stack_names(side.resolution.cell)[0])
    is_grouped = any(team.group for team in rendered.teams)
    return str(StackName(rendered.name, PLATFORM if is_grouped else ""))


def _in_maintenance(side: CellAnalysis | None) -> frozenset[Key]:
    pools = side.rendered.platform.pools if side and side.rendered else ()
    return frozenset(
        key_of(node) for pool in pools for node in pool.node_patches if node["metadata"]["name"] in pool.in_maintenance
    )
