"""Merge overlays over the built spec of an AerospikeCluster, and answer which of them wrote a field.

The laws are those of the settings' layers: mappings merge, lists of named entries merge by name and append, other lists
are replaced, null removes, and written order is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from aerofleet.findings import Location
from aerofleet.settings.merge import Merged, Path, is_named_list
from aerofleet.settings.overlay import NamedPath, Overlay, child, named_leaves
from aerofleet.units.field_path import dotted

ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "nothing"})()
"""The value of a leaf that is not there; None is a value in an object."""


class Difference(NamedTuple):
    """A leaf of the spec that overlays changed. ``name`` is its path with names, ``place`` with indexes; ``built`` and
    ``merged`` are its values before and after.
    """

    name: NamedPath
    place: Path
    built: Any
    merged: Any

    @property
    def path(self) -> str:
        """Return the path as findings write it: ``spec.podSpec.sidecars[1].image``."""
        return field_path(self.place)


@dataclass(frozen=True)
class Overlaid:
    """A built spec, and the same with ``overlays`` merged over it. ``merged`` has the origins of overlays only."""

    built: Mapping[str, Any]
    merged: Merged
    overlays: tuple[Overlay, ...]

    @property
    def spec(self) -> dict[str, Any]:
        return self.merged.data

    def differences(self) -> Iterator[Difference]:
        """Yield every leaf whose value is not the built one, in the order of the merged spec; removed ones last."""
        before = {name: (place, value) for name, place, value in named_leaves(self.built)}
        after = {name: (place, value) for name, place, value in named_leaves(self.spec)}
        for name, (place, value) in after.items():
            old = before[name][1] if name in before else ABSENT
            if value == {} and at(self.built, place):
                continue  # its leaves are removed ones
            if old is ABSENT or old != value or type(old) is not type(value):
                yield Difference(name, place, old, value)
        for name, (place, value) in before.items():
            if name not in after and value != {}:
                yield Difference(name, place, value, ABSENT)

    def location(self, path: str) -> Location | None:
        """Return the line of the overlay that wrote the field ``path`` (``spec.podSpec.sidecars[1].image``), or that
        adds the nearest entry or mapping above it; None for a field that comes from the settings.
        """
        above = [text for text in self._lines if path == text or path.startswith((f"{text}.", f"{text}["))]
        return self._lines[max(above, key=len)] if above else None

    @cached_property
    def _lines(self) -> dict[str, Location]:
        lines = {field_path(place): origin.location for place, origin in self.merged.origins.items()}
        for place, (layer, written_at) in self.merged.mappings.items():
            if shape(at(self.built, place)) is not shape(at(self.spec, place)):
                lines[field_path(place)] = layer.locate(written_at)
        return lines


def overlaid(spec: dict[str, Any], overlays: Sequence[Overlay]) -> Overlaid:
    """Merge ``overlays`` over ``spec``, the lowest first; without any, the spec stays as it is."""
    merged = Merged(data=spec)
    for overlay in overlays:
        merged.merge_over(overlay.spec_layer)
    return Overlaid(spec, merged, tuple(overlays))


def field_path(place: Path) -> str:
    return dotted(("spec", *place))


def at(value: Any, path: Path) -> Any:
    """Return the value at ``path`` of ``value``; None without one."""
    for key in path:
        value = child(value, key)
    return value


def shape(value: Any) -> type:
    """Return what a merge goes into: a mapping (``dict``) or a list of named entries (``list``); else ``object``."""
    return dict if isinstance(value, Mapping) else list if is_named_list(value) else object


def has(value: Any, path: Path) -> bool:
    """Return whether there is anything at ``path`` of ``value``."""
    if not path:
        return True
    key, *rest = path
    if isinstance(value, list):
        return isinstance(key, int) and key < len(value) and has(value[key], tuple(rest))
    return isinstance(value, Mapping) and key in value and has(value[key], tuple(rest))
