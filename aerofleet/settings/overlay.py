"""The overlays of a cluster's layers, and what ends one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from aerofleet.findings import Location
from aerofleet.settings.merge import Layer, Path, is_named_list

OVERLAY = "overlay"
SPEC = "spec"
NamedPath = tuple[str, ...]
"""A path with names instead of indexes: ``("podSpec", "sidecars", "audit", "image")``."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """The overlay of one layer. ``layer`` has the mapping `overlay` as it is written; ``spec`` is the rest of its
    spec: with templates rendered, and without the fields that a higher layer dropped. ``since``: the day on
    which it was written or last looked at.
    """

    layer: Layer = field(compare=False)
    owner: str
    reason: str
    spec: Mapping[str, Any]
    dropped: tuple[str, ...] = ()
    since: date | None = field(default=None, compare=False)

    @property
    def spec_layer(self) -> Layer:
        """Return ``spec`` as a layer to merge over the built spec."""
        return Layer(self.layer.name, self.spec, self.locate)

    def locate(self, path: Path) -> Location:
        """Return the location of the value at ``path`` of ``spec``."""
        return self.layer.locate((SPEC, *_written_path(self.layer.data.get(SPEC), self.spec, path)))


def _written_path(whole: Any, rest: Any, path: Path) -> Path:
    """Return the path in ``whole`` of the value at ``path`` in ``rest``, whose lists may have fewer entries."""
    own_path: list[str | int] = []
    for key in path:
        here = key
        if isinstance(key, int) and is_named_list(rest) and is_named_list(whole) and key < len(rest):
            # A name that is a template is not there as it is written: then the positions are the same.
            names = [entry["name"] for entry in whole]
            here = names.index(rest[key]["name"]) if rest[key]["name"] in names else key
        own_path.append(here)
        whole, rest = child(whole, here), child(rest, key)
    return tuple(own_path)


def child(value: Any, key: str | int) -> Any:
    """Return the value at ``key`` of a mapping or a list; None without one."""
    if isinstance(value, Mapping):
        return value.get(key)
    return value[key] if isinstance(value, list) and isinstance(key, int) and key < len(value) else None


def without_overlay(layer: Layer) -> Layer:
    """Return the layer without its overlay, which is not merged with the settings."""
    if OVERLAY not in layer.data:
        return layer
    return replace(layer, data={key: value for key, value in layer.data.items() if key != OVERLAY})


def in_effect(overlays: Sequence[Overlay]) -> tuple[Overlay, ...]:
    """Return ``overlays``, the lowest first, each without the fields that a higher one dropped."""
    result: list[Overlay] = []
    for overlay in overlays:
        for field_name in overlay.dropped:
            result = [replace(below, spec=without_field(below.spec, field_name)) for below in result]
        result.append(overlay)
    return tuple(result)


def without_field(spec: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return ``spec`` without the field ``name`` (``podSpec.sidecars.audit.image``), and without the mappings and
    lists that are empty without it.
    """
    return dict(_without(spec, name))


def _without(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        kept = {key: _without_in(key, inner, name) for key, inner in value.items() if key != name}
        return {key: inner for key, inner in kept.items() if inner == value[key] or inner not in ({}, [])}
    if is_named_list(value):
        kept_entries = [_without_in(entry["name"], entry, name) for entry in value if entry["name"] != name]
        return [entry for entry in kept_entries if entry]
    return value


def _without_in(key: str, value: Any, name: str) -> Any:
    return _without(value, name.removeprefix(f"{key}.")) if name.startswith(f"{key}.") else value


def named_leaves(value: Any, path: NamedPath = (), place: Path = ()) -> Iterator[tuple[NamedPath, Path, Any]]:
    """Yield the path with names, the path with indexes and the value of each leaf: a scalar, a null, an empty mapping,
    or a list that is replaced as a whole.
    """
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from named_leaves(inner, (*path, str(key)), (*place, key))
    elif is_named_list(value):
        for index, entry in enumerate(value):
            yield from named_leaves(entry, (*path, entry["name"]), (*place, index))
    elif path:
        yield path, place, value


def begins_with(path: NamedPath, name: str) -> bool:
    """Return whether ``path`` is the field ``name`` (``podSpec.sidecars.audit``) or below it."""
    return any(".".join(path[:length]) == name for length in range(1, len(path) + 1))
