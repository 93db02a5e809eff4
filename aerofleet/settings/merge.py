"""Merge layers of settings, and keep the origin of every value.

Mappings merge key by key. Lists whose items all have a name merge by name and append. Every other list, and every
scalar, is replaced whole. Written order is kept, because order alone restarts a cluster. An explicit null opts out: it
removes the value of the layers below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeGuard

from aerofleet.findings import Location

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One layer of settings. ``locate`` returns the location of a path of ``data``; ``name`` is for messages."""

    name: str
    data: Mapping[str, Any]
    locate: Callable[[Path], Location]

    def part(self, key: str) -> Layer:
        """Return the mapping at ``key`` as a layer of its own; an empty layer if the value is no mapping."""
        inner = self.data.get(key)
        return Layer(self.name, inner if isinstance(inner, Mapping) else {}, lambda path: self.locate((key, *path)))


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """The layer that set a value, the path in that layer, and the values that it replaced (oldest first)."""

    layer: Layer
    path: Path
    value: Any
    overrode: tuple[Origin, ...] = ()

    @property
    def location(self) -> Location:
        return self.layer.locate(self.path)


@dataclass(slots=True)
class Merged:
    """The result of a merge.

    - ``data``: the merged settings.
    - ``origins``: path → origin of every leaf, every list that was set as a whole, and every null.
    - ``mappings``: path of every other mapping, list and list entry → the last layer that wrote in it, and the path in
      that layer.
    - ``beginnings``: path of a list → the settings that every new entry of the list begins with.
    """

    beginnings: Mapping[Path, Merged] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    origins: dict[Path, Origin] = field(default_factory=dict)
    mappings: dict[Path, tuple[Layer, Path]] = field(default_factory=dict)

    def merge_over(self, layer: Layer) -> None:
        """Merge ``layer`` over the layers that are merged so far."""
        self.data = _LayerMerge(self, layer).mapping(self.data, layer.data, (), ())

    def origin(self, path: Path) -> Origin | None:
        """Return the origin of a value, or of the nearest list or mapping above it that was set as a whole."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]]
        return next((origin for key, origin in self.origins.items() if key[: len(path)] == path), None)

    def begin(self, path: Path) -> Mapping[str, Any]:
        """Return the settings that a new list entry at ``path`` begins with, and note their origins."""
        beginning = self.beginnings.get(path[:-1])
        if beginning is None:
            return {}
        self.origins |= {(*path, *below): origin for below, origin in beginning.origins.items()}
        self.mappings |= {(*path, *below): wrote for below, wrote in beginning.mappings.items()}
        return beginning.data

    def forget(self, path: Path, base: Any) -> tuple[Origin, ...]:
        """Remove the origins of ``base`` at ``path`` and below; return the origins of ``base``, the oldest first."""
        origin, writer = self.origins.pop(path, None), self.mappings.pop(path, None)
        if isinstance(base, (Mapping, list)):
            self.origins = {known: other for known, other in self.origins.items() if known[: len(path)] != path}
            self.mappings = {known: other for known, other in self.mappings.items() if known[: len(path)] != path}
        if origin is not None:
            return (*origin.overrode, replace(origin, overrode=()))
        return (Origin(*writer, base),) if writer else ()


def merge_layers(layers: Iterable[Layer], beginnings: Mapping[Path, Merged] = MappingProxyType({})) -> Merged:
    """Merge ``layers``, the lowest first."""
    merged = Merged(beginnings)
    for layer in layers:
        merged.merge_over(layer)
    return merged


@dataclass(frozen=True, slots=True)
class _LayerMerge:
    """The merge of one layer into ``merged``.

    In its methods ``path`` is the path in the result and ``layer_path`` the path in the layer.
    """

    merged: Merged
    layer: Layer

    def mapping(
        self, below: Mapping[str, Any], above: Mapping[str, Any], path: Path, layer_path: Path
    ) -> dict[str, Any]:
        result = dict(below)
        for key, value in above.items():
            here, there = (*path, key), (*layer_path, key)
            base = result.get(key)
            if value is None:
                result.pop(key, None)
                self.note(base, None, here, there)
            elif isinstance(value, Mapping) and (value or isinstance(base, Mapping)):
                entries = base if isinstance(base, Mapping) else {}
                self.go_into(base, here, there, same=entries is base)
                result[key] = self.mapping(entries, value, here, there)
            elif is_named_list(value):
                items = base if is_named_list(base) else []
                self.go_into(base, here, there, same=items is base)
                result[key] = self.named(items, value, here, there)
            else:
                result[key] = value
                self.note(base, value, here, there)
        return result

    def named(
        self, below: Sequence[Mapping[str, Any]], above: Sequence[Mapping[str, Any]], path: Path, layer_path: Path
    ) -> list[dict[str, Any]]:
        result = [dict(item) for item in below]
        index = {item["name"]: position for position, item in enumerate(result)}
        for position, item in enumerate(above):
            name = item["name"]
            at = index.setdefault(name, len(result))
            here, there = (*path, at), (*layer_path, position)
            if at == len(result):
                result.append(dict(self.merged.begin(here)))
            self.merged.mappings[here] = (self.layer, there)
            result[at] = self.mapping(result[at], item, here, there)
        return result

    def go_into(self, base: Any, path: Path, layer_path: Path, *, same: bool) -> None:
        """Note that the layer wrote in the mapping or list at ``path``; without ``same`` it replaces ``base``."""
        if not same:
            self.merged.forget(path, base)
        self.merged.origins.pop(path, None)
        self.merged.mappings[path] = (self.layer, layer_path)

    def note(self, base: Any, value: Any, path: Path, layer_path: Path) -> None:
        """Note the layer as the origin of the value at ``path``, which replaces ``base``."""
        history = self.merged.forget(path, base)
        self.merged.origins[path] = Origin(self.layer, layer_path, value, history)


def is_named_list(value: Any) -> TypeGuard[list[Mapping[str, Any]]]:
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(item, Mapping) and isinstance(item.get("name"), str) for item in value)
