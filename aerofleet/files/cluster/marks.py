"""The marks of a setting: the fields of the AerospikeCluster that it makes, and what a free mapping may contain.

A mark is part of a field's type, so that the field and its meaning for the resource are read together:

    replication_factor: Annotated[Whole, Makes("aerospikeConfig.namespaces[].replication-factor")] = Field(…)

Paths are dotted and begin below `spec`; `[]` stands for every entry of a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import BaseModel

from aerofleet.units.field_path import ANY_ENTRY, parsed

CONFIG = "aerospikeConfig"
"""Field of the resource with the server's configuration."""
Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Makes:
    """The setting makes the field ``path``; with `[]` at its end only some entries of a list, which has others, too.

    A parameter of the server is then reserved: a free mapping that has it is refused. ``remedy``: what to write
    instead, where naming the setting is not enough.
    """

    path: str
    remedy: str = ""

    @property
    def keys(self) -> Keys:
        return parsed(self.path)


@dataclass(frozen=True, slots=True)
class FreeMap:
    """The setting is a free mapping: its keys are further parameters of ``context`` of the server's configuration
    (`service`, `namespaces[].storage-engine`). ``contexts``: the keys are these contexts instead, and the parameters
    are below them.
    """

    context: str
    contexts: tuple[str, ...] = ()

    @property
    def keys(self) -> Keys:
        return (CONFIG, *parsed(self.context))


@dataclass(frozen=True, slots=True)
class Reserved:
    """A parameter of ``context`` that no free mapping may have, because an allocation, the platform or the operator
    decides it. `network.*` stands for every context of the network. ``remedy``: what to do instead.
    """

    context: str
    parameter: str
    remedy: str


class Marked(NamedTuple):
    """A mark and its setting. ``keys``: the path of the field below `spec`; ``setting``: the path in the definitions;
    ``names``: the same with the names of the models' fields. ``ANY_ENTRY`` stands for a list entry in all of them.
    """

    keys: Keys
    setting: Keys
    names: tuple[str, ...]
    mark: Makes | FreeMap


def marks_in(model: type[BaseModel], setting: Keys = (), names: tuple[str, ...] = ()) -> Iterator[Marked]:
    """Yield every mark of the model's fields and of the models in them; that of a list also for its entries."""
    for name, info in model.model_fields.items():
        here, attributes = (*setting, info.alias or name), (*names, name)
        inner, listed = model_in(info.annotation)
        entry = (ANY_ENTRY,) if listed else ()
        for mark in info.metadata:
            if isinstance(mark, FreeMap) or (isinstance(mark, Makes) and mark.keys[-1] != ANY_ENTRY):
                yield Marked(mark.keys, here, attributes, mark)
            if isinstance(mark, Makes) and listed:
                keys = mark.keys if mark.keys[-1] == ANY_ENTRY else (*mark.keys, ANY_ENTRY)
                yield Marked(keys, (*here, ANY_ENTRY), (*attributes, ANY_ENTRY), mark)
        if inner is not None:
            yield from marks_in(inner, (*here, *entry), (*attributes, *entry))


def model_in(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """Return the model in a field's type, and whether the field is a list of it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    for argument in getattr(annotation, "__args__", ()):
        inner, listed = model_in(argument)
        if inner is not None:
            return inner, listed or getattr(annotation, "__origin__", None) is tuple
    return None, False


def reserved_in(model: type[BaseModel]) -> Iterator[Reserved]:
    """Yield what the model's fragments reserve beside the parameters that their settings make."""
    for fragment in model.__mro__:
        yield from vars(fragment).get("reserved", ())
    for info in model.model_fields.values():
        inner, _listed = model_in(info.annotation)
        if inner is not None:
            yield from reserved_in(inner)
