"""The drift of the stacks of a cell: every object that they make, and those that nobody makes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aerofleet.drift.kinds import NODE, SECRET
from aerofleet.drift.objects import Owned, left_over, object_drift
from aerofleet.drift.operator_objects import KEPT, operator_drift
from aerofleet.drift.rules import UNKNOWN
from aerofleet.findings import Finding, Subject
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.names import CELL_LABEL, MANAGED_BY_LABEL, MANAGED_BY_VALUE, POOL_LABEL, TEAM_LABEL
from aerofleet.units.object_identity import Key, key_of, kind_of, metadata_of, name_of, namespace_of

Object = Mapping[str, Any]
Kind = tuple[str, str]
"""(apiVersion, kind)."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """What the stacks of a cell make. ``objects``: (stack, object). ``platform``: the stack of the platform, if it is
    looked at; ``teams``: team → its stack, of the stacks that are looked at. ``elsewhere``: what the cell makes in its
    other stacks, ``others``: its teams there. ``in_maintenance``: hosts whose node may be away.
    """

    cell: str
    operator: str
    objects: Sequence[tuple[str, Object]]
    platform: str
    teams: Mapping[str, str]
    elsewhere: frozenset[Key] = frozenset()
    others: frozenset[str] = frozenset()
    in_maintenance: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LiveObjects:
    """What an API server has. ``objects``: those of the kinds that were asked for. ``unread``: kind → why it could not
    be read. ``rolled_out``: (namespace, name) of the clusters whose roll-out is over.
    """

    objects: Mapping[Key, Object]
    unread: Mapping[Kind, str] = field(default_factory=dict)
    rolled_out: Collection[tuple[str, str]] = ()


def cell_drift(definitions: Definitions, live: LiveObjects) -> list[Finding]:
    """Return the drift of the stacks, in the order in which they make their objects; then what is left over."""
    return [
        *_unread(live),
        *_of_objects(definitions, live),
        *_left_over(definitions, live),
    ]


def _unread(live: LiveObjects) -> Iterator[Finding]:
    for (api_version, kind), reason in live.unread.items():
        message = f"could not be read, so their drift is unknown: {reason}"
        remedy = f"let the account list {kind}s in all namespaces, or look whether the API server can be reached"
        yield UNKNOWN.finding("", message, remedy, subject=Subject("object", f"{kind} {api_version}"))


def _of_objects(definitions: Definitions, live: LiveObjects) -> Iterator[Finding]:
    kept = _kept(live)
    for stack, rendered in definitions.objects:
        kind = str(rendered["apiVersion"]), kind_of(rendered)
        if kind in live.unread or kind == SECRET:
            continue
        found = live.objects.get(key_of(rendered))
        if kind == NODE and found is None and name_of(rendered) in definitions.in_maintenance:
            continue
        yield from object_drift(Owned(rendered, stack, definitions.operator), found)
        name = namespace_of(rendered), name_of(rendered)
        if (
            found is not None
            and is_cluster(rendered)
            and name in live.rolled_out
            and not live.unread.keys() & set(KEPT)
        ):
            yield from operator_drift(found, kept.get(name[0], {}), definitions.operator)


def _kept(live: LiveObjects) -> dict[str, dict[tuple[str, str], Object]]:
    """Return namespace → (kind, name) → object, of the kinds that the operator keeps for clusters."""
    kinds = {kind for _, kind in KEPT}
    kept: dict[str, dict[tuple[str, str], Object]] = {}
    for (_, kind, namespace, name), found in live.objects.items():
        if kind in kinds:
            kept.setdefault(namespace, {})[kind, name] = found
    return kept


def _left_over(definitions: Definitions, live: LiveObjects) -> Iterator[Finding]:
    made = {key_of(rendered) for _, rendered in definitions.objects} | definitions.elsewhere
    for key, found in sorted(live.objects.items()):
        is_ours = _is_labelled_node if kind_of(found) == NODE[1] else _is_of_cell(definitions.cell)
        if key not in made and is_ours(found) and _is_of_stacks(definitions, found):
            yield left_over(found, definitions.operator)


def _is_labelled_node(node: Object) -> bool:
    return bool((metadata_of(node).get("labels") or {}).get(POOL_LABEL))


def _is_of_cell(cell: str) -> Callable[[Object], bool]:
    """Return whether an object has our labels, and no owner that makes and removes it."""
    wanted = {MANAGED_BY_LABEL: MANAGED_BY_VALUE, CELL_LABEL: cell}

    def is_ours(found: Object) -> bool:
        metadata = metadata_of(found)
        return wanted.items() <= (metadata.get("labels") or {}).items() and not metadata.get("ownerReferences")

    return is_ours


def _is_of_stacks(definitions: Definitions, found: Object) -> bool:
    """Return whether an object belongs to the stacks that are looked at; one of an unknown team to the platform's."""
    team = (metadata_of(found).get("labels") or {}).get(TEAM_LABEL, "")
    return team in definitions.teams or (bool(definitions.platform) and team not in definitions.others)
