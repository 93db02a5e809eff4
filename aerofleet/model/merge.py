"""Layers of settings, laid over one another, and where every value came from.

Mappings merge key by key. Lists whose items all have a name merge by name and append. Every other list, and every
scalar, is replaced whole. Written order is kept, because order alone restarts a cluster. An explicit null opts out: it
takes away what the layers below said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aerofleet.finding import Location

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """``locate`` tells where a path of ``data`` is written; ``name`` is what a person calls the layer."""

    name: str
    data: Mapping[str, Any]
    locate: Callable[[Path], Location]


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Who set a value, at which path of its layer, and what it replaced (oldest first)."""

    layer: Layer
    written: Path
    value: Any
    overrode: tuple[Origin, ...] = ()

    @property
    def location(self) -> Location:
        return self.layer.locate(self.written)


@dataclass(slots=True)
class Merged:
    """``data`` is the result; ``origins`` has an entry for every leaf and every replaced list in it, ``mappings`` tells
    in which layer each mapping was first begun, and at which path of it."""

    data: dict[str, Any] = field(default_factory=dict)
    origins: dict[Path, Origin] = field(default_factory=dict)
    mappings: dict[Path, tuple[Layer, Path]] = field(default_factory=dict)

    def origin(self, path: Path) -> Origin | None:
        """The origin of a value, or of the nearest thing above it that was set as a whole."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]]
        return next((origin for key, origin in self.origins.items() if key[: len(path)] == path), None)

    def lay_below(self, path: Path, origin: Origin) -> None:
        """Add what a value was before any layer set it; it becomes the value's origin where none did."""
        above = self.origins.get(path)
        if above is None:
            self.origins[path] = origin
        elif above is not origin:
            overrode = (*origin.overrode, replace(origin, overrode=()), *above.overrode)
            self.origins[path] = replace(above, overrode=overrode)


def merge_layers(layers: Sequence[Layer]) -> Merged:
    merged = Merged()
    for layer in layers:
        merged.data = _Laying(merged, layer).mapping(merged.data, layer.data, (), ())
    return merged


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two mappings merged by the same rules, where nobody asks who set what."""
    return merge_layers([Layer("", each, _nowhere) for each in (below, above)]).data


def _nowhere(path: Path) -> Location:
    raise LookupError(f"the layer of {path} has no file")


@dataclass(frozen=True, slots=True)
class _Laying:
    """One layer being laid over what is merged so far. In its methods ``path`` is the place in the result, ``written``
    that in the layer's own file."""

    merged: Merged
    layer: Layer

    def mapping(self, below: Mapping[str, Any], above: Mapping[str, Any], path: Path, written: Path) -> dict[str, Any]:
        result = dict(below)
        for key, value in above.items():
            here, there = (*path, key), (*written, key)
            base = result.get(key)
            if value is None:
                result.pop(key, None)
                self.note(base, None, here, there)
            elif isinstance(value, Mapping):
                if here not in self.merged.mappings:
                    self.merged.mappings[here] = (self.layer, there)
                result[key] = self.mapping(base if isinstance(base, Mapping) else {}, value, here, there)
                if not value:
                    self.note(base, value, here, there)
            elif is_named_list(value) and (key not in result or is_named_list(base)):
                result[key] = self.named(base or [], value, here, there)
            else:
                result[key] = value
                self.note(base, value, here, there)
        return result

    def named(
        self, below: Sequence[Mapping[str, Any]], above: Sequence[Mapping[str, Any]], path: Path, written: Path
    ) -> list[dict[str, Any]]:
        result = [dict(item) for item in below]
        index = {item["name"]: position for position, item in enumerate(result)}
        for position, item in enumerate(above):
            name = item["name"]
            if name not in index:
                index[name] = len(result)
                result.append({})
            at = index[name]
            result[at] = self.mapping(result[at], item, (*path, at), (*written, position))
        return result

    def note(self, base: Any, value: Any, path: Path, written: Path) -> None:
        """Remember who set the value at ``path``; ``base`` is what stood there."""
        origins = self.merged.origins
        before = origins.get(path)
        history = (*before.overrode, replace(before, overrode=())) if before else ()
        if isinstance(base, (Mapping, list)):
            for stale in [known for known in origins if len(known) > len(path) and known[: len(path)] == path]:
                del origins[stale]
        origins[path] = Origin(self.layer, written, value, history)


def is_named_list(value: Any) -> bool:
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(item, Mapping) and isinstance(item.get("name"), str) for item in value)
