"""Layers of settings, laid over one another, and where every value came from.

Mappings merge key by key. Lists whose items all have a name merge by name and append. Every other list, and every
scalar, is replaced whole. Written order is kept, because order alone restarts a cluster. An explicit null opts out: it
takes away what the layers below said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeGuard

from aerofleet.finding import Location

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """``locate`` tells where a path of ``data`` is written; ``name`` is what a person calls the layer."""

    name: str
    data: Mapping[str, Any]
    locate: Callable[[Path], Location]

    def part(self, key: str) -> Layer:
        """What the layer says at ``key``, as a layer of its own; nothing where that is no mapping."""
        inner = self.data.get(key)
        return Layer(self.name, inner if isinstance(inner, Mapping) else {}, lambda path: self.locate((key, *path)))


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
    """``data`` is the result. ``origins`` has an entry for every leaf, every list that was set as a whole, and every
    null; ``mappings`` tells of each other mapping, list and list entry which layer wrote in it last, and at which path
    of that layer. ``beginnings``: path of a list → what each entry of it begins with."""

    beginnings: Mapping[Path, Merged] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    origins: dict[Path, Origin] = field(default_factory=dict)
    mappings: dict[Path, tuple[Layer, Path]] = field(default_factory=dict)

    def lay(self, layer: Layer) -> None:
        """Lay ``layer`` over what is merged so far."""
        self.data = _Laying(self, layer).mapping(self.data, layer.data, (), ())

    def origin(self, path: Path) -> Origin | None:
        """The origin of a value, or of the nearest thing above it that was set as a whole."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]]
        return next((origin for key, origin in self.origins.items() if key[: len(path)] == path), None)

    def begin(self, path: Path) -> Mapping[str, Any]:
        """What a new entry of a list at ``path`` begins with, whose origins are noted."""
        beginning = self.beginnings.get(path[:-1])
        if beginning is None:
            return {}
        self.origins |= {(*path, *below): origin for below, origin in beginning.origins.items()}
        self.mappings |= {(*path, *below): wrote for below, wrote in beginning.mappings.items()}
        return beginning.data

    def forget(self, path: Path, base: Any) -> tuple[Origin, ...]:
        """Take out where ``base`` at ``path``, and all in it, came from; returns its history, the oldest first."""
        last, wrote = self.origins.pop(path, None), self.mappings.pop(path, None)
        if isinstance(base, (Mapping, list)):
            self.origins = {known: each for known, each in self.origins.items() if known[: len(path)] != path}
            self.mappings = {known: each for known, each in self.mappings.items() if known[: len(path)] != path}
        if last is not None:
            return (*last.overrode, replace(last, overrode=()))
        return (Origin(*wrote, base),) if wrote else ()


def merge_layers(layers: Iterable[Layer], beginnings: Mapping[Path, Merged] = MappingProxyType({})) -> Merged:
    """``layers``: the lowest first."""
    merged = Merged(beginnings)
    for layer in layers:
        merged.lay(layer)
    return merged


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
        self, below: Sequence[Mapping[str, Any]], above: Sequence[Mapping[str, Any]], path: Path, written: Path
    ) -> list[dict[str, Any]]:
        result = [dict(item) for item in below]
        index = {item["name"]: position for position, item in enumerate(result)}
        for position, item in enumerate(above):
            name = item["name"]
            at = index.setdefault(name, len(result))
            here, there = (*path, at), (*written, position)
            if at == len(result):
                result.append(dict(self.merged.begin(here)))
            self.merged.mappings[here] = (self.layer, there)
            result[at] = self.mapping(result[at], item, here, there)
        return result

    def go_into(self, base: Any, path: Path, written: Path, *, same: bool) -> None:
        """``same``: what stands at ``path`` is added to; otherwise it goes, and all that is known of it."""
        if not same:
            self.merged.forget(path, base)
        self.merged.origins.pop(path, None)
        self.merged.mappings[path] = (self.layer, written)

    def note(self, base: Any, value: Any, path: Path, written: Path) -> None:
        """Remember who set the value at ``path``; ``base`` is what stood there."""
        history = self.merged.forget(path, base)
        self.merged.origins[path] = Origin(self.layer, written, value, history)


def is_named_list(value: Any) -> TypeGuard[list[Mapping[str, Any]]]:
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(item, Mapping) and isinstance(item.get("name"), str) for item in value)
