"""The changed values of the definitions that no cluster's change names, so that no edit passes without a word.

What they do is seen elsewhere: at the engine (`context`), at the policies (`environment`), at hosts, or at objects
beside the clusters. Tiers and allocations are left out: they act through clusters only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aerofleet.analysis.cell_change import CellChange
from aerofleet.findings import Location
from aerofleet.review.causes import document_cause
from aerofleet.review.differences import Difference, differences
from aerofleet.review.model import Cause
from aerofleet.review.redaction import redacted
from aerofleet.settings.layers import TEAM
from aerofleet.settings.source import Read
from aerofleet.units.cluster_key import team_of

FILES = ("cell", "hosts", "pools", "tenants", "waivers", "approvals", "links")
FORMAT = ("format",)
PLATFORM = ("hosts", "pools", "links")
"""Files in which a new entry only adds to what there is; another change may take something away."""


def other_lines(cells: Iterable[CellChange], named: Iterable[Cause]) -> tuple[Cause, ...]:
    """Return the changed values that none of the causes in ``named`` has: changed and removed ones before new ones.

    An entry that comes or goes as a whole is one value. A cluster that does so is none: the review has it.
    """
    seen = {(cause.location, cause.side) for cause in named}
    kept: dict[tuple[Location | None, str], Cause] = {}
    for cell in cells:
        for cause, places in _of_cell(cell):
            if seen.isdisjoint((place, cause.side) for place in (cause.location, *places)):
                kept.setdefault((cause.location, cause.side), redacted(cause))
    return tuple(sorted(kept.values(), key=lambda cause: cause.old is None))


def needs_a_look(cause: Cause) -> bool:
    """Return whether somebody has to say what a changed value does: no object and no policy shows it."""
    is_new_entry = cause.old is None and isinstance(cause.new, Mapping)
    return cause.layer == "cell" or (cause.layer in PLATFORM and not is_new_entry)


Changed = tuple[Cause, tuple[Location, ...]]
"""A changed value, and the places of all values in it: the cause of a cluster's change may be one of these."""


def _of_cell(cell: CellChange) -> Iterator[Changed]:
    base, head = (side.resolution.source if side else None for side in (cell.base, cell.head))
    if cell.base is cell.head or not cell.is_known or base is None or head is None:
        return
    for name in FILES:
        yield from _of_file(name, getattr(base, name), getattr(head, name))
    for team in sorted(base.teams.keys() & head.teams.keys()):
        unknown = {f"clusters.{key.partition('/')[2]}" for key in cell.left_out.clusters if team_of(key) == team}
        for cause, places in _of_file(TEAM, base.teams[team], head.teams[team]):
            if not any(f"{cause.path}.".startswith(f"{path}.") for path in unknown):
                yield cause, places


def _of_file(layer: str, base: Read[Any] | None, head: Read[Any] | None) -> Iterator[Changed]:
    old, new = (side.document.data if side else {} for side in (base, head))
    whole = dict.fromkeys((*_entries_without(new, old), *_entries_without(old, new)))
    for one in differences(old, new):
        if one.path != FORMAT and one.path[:2] not in whole:
            yield document_cause(one, layer, base, head), tuple(_places(one, base, head))
    for path, name in whole:
        if (layer, path) != (TEAM, "clusters"):
            yield document_cause(_whole(path, name, old, new), layer, base, head), ()


def _places(one: Difference, base: Read[Any] | None, head: Read[Any] | None) -> Iterator[Location]:
    """Yield the places of the values in a difference, on the side that a cause names."""
    for before, after in one.below():
        if one.after is not None and after is not None and head is not None:
            yield head.document.locate(after)
        elif one.after is None and before is not None and base is not None:
            yield base.document.locate(before)


def _entries_without(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (key of the file, name) of the entries that only ``one`` has: a host, a pool, a team."""
    for key, entries in one.items():
        others = other.get(key)
        known = others if isinstance(others, Mapping) else {}
        yield from ((key, name) for name in (entries if isinstance(entries, Mapping) else ()) if name not in known)


def _whole(key: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference:
    """Return an entry that comes or goes as one difference."""
    path = key, name
    if name in (new.get(key) or {}):
        return Difference(path, None, path, None, new[key][name])
    return Difference(path, path, None, old[key][name], None)
