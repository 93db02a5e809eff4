"""The value that a changed line replaces where its own layer had none: that of a tier or of the cell's defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from aerofleet.findings import Location
from aerofleet.settings.layers import SPREAD
from aerofleet.settings.merge import Merged, Path, is_named_list
from aerofleet.units.same_value import is_same


class Effective(NamedTuple):
    """A value that is in effect on one side. ``path``: in the merged settings, with indexes."""

    value: Any
    path: Path


class Leaf(NamedTuple):
    """A value of a layer, and the one that is in effect on the other side; ``instead`` is None without any.

    ``path``: with names of list entries; ``place``: in the layer, with indexes.
    """

    path: Path
    place: Path
    value: Any
    instead: Any = None
    location: Location | None = None


def leaves_instead(merged: Merged, path: Path, place: Path, value: Any) -> tuple[Leaf, ...]:
    """Return the values in ``value`` that differ from what ``merged``, the other side, has in effect at their paths.

    An entry of a list that the other side does not have at all is one value.
    """
    return tuple(_leaves(merged, path, place, value, _effective(merged, path)))


def _leaves(merged: Merged, path: Path, place: Path, value: Any, other: Effective | None) -> Iterator[Leaf]:
    if other is None:
        yield Leaf(path, place, value)
    elif isinstance(value, Mapping) and isinstance(other.value, Mapping):
        for key, inner in value.items():
            yield from _leaves(merged, (*path, key), (*place, key), inner, _inner(other, key))
    elif is_named_list(value) and is_named_list(other.value):
        for index, entry in enumerate(value):
            name = entry["name"]
            yield from _leaves(merged, (*path, name), (*place, index), entry, _inner(other, name))
    elif not is_same(value, other.value):
        origin = merged.origin(other.path)
        yield Leaf(path, place, value, other.value, origin.location if origin else None)


def _effective(merged: Merged, path: Path) -> Effective | None:
    """Return the value at a path of a layer; of a default of a list, the value that all entries of the list have."""
    if path and (spread := SPREAD.get(str(path[0]))):
        listed = merged.data.get(spread)
        names = [entry["name"] for entry in listed] if is_named_list(listed) else []
        found = [_effective(merged, (spread, name, *path[1:])) for name in names]
        first = found[0] if found else None
        same = first is not None and all(one is not None and is_same(one.value, first.value) for one in found)
        return first if same else None
    other: Effective | None = Effective(merged.data, ())
    for key in path:
        other = _inner(other, key) if other else None
    return other


def _inner(other: Effective, key: str | int) -> Effective | None:
    value, path = other
    if isinstance(value, Mapping):
        return Effective(value[key], (*path, key)) if key in value else None
    if is_named_list(value):
        index = next((index for index, entry in enumerate(value) if entry["name"] == key), None)
        return None if index is None else Effective(value[index], (*path, index))
    return None
