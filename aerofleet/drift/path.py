"""Paths of fields in objects of an API server: keys, names of list entries, and positions."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any


class Entry(str):
    """The name of an entry of a list, as a step of a path: ``[cart]``."""

    __slots__ = ()


Step = str | int
Path = tuple[Step, ...]
ABSENT: Any = object()
"""Stands for a value that is not there; None is a value."""


def shown(path: Iterable[Step]) -> str:
    """Return the path as text: ``spec.aerospikeConfig.namespaces[cart].default-ttl``."""
    return "".join(f".{step}" if type(step) is str else f"[{step}]" for step in path).removeprefix(".")


def with_value(resource: Any, path: Path, value: Any) -> Any:
    """Return a copy of ``resource`` with ``value`` at ``path``; without that field for ABSENT."""
    changed = copy.deepcopy(resource)
    inner, (*above, last) = changed, path
    for step in above:
        inner = _child(inner, step)
    if isinstance(inner, list):
        _set_entry(inner, last, value)
    elif value is ABSENT:
        inner.pop(last, None)
    else:
        inner[last] = copy.deepcopy(value)
    return changed


def value_at(resource: Any, path: Path) -> Any:
    """Return the value at ``path``; ABSENT where there is none."""
    for step in path:
        if isinstance(resource, list):
            position = _position(resource, step)
            resource = resource[position] if position < len(resource) else ABSENT
        else:
            resource = resource.get(step, ABSENT) if isinstance(resource, Mapping) else ABSENT
    return resource


def pointer(resource: Any, path: Path) -> str:
    """Return the path as a JSON pointer (RFC 6901) into ``resource``: names of entries become positions."""
    parts = []
    for length, step in enumerate(path):
        above = value_at(resource, path[:length])
        key = str(_position(above, step)) if isinstance(above, list) else str(step)
        parts.append(key.replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{part}" for part in parts)


def _child(value: Any, step: Step) -> Any:
    """Return the value at a step; a mapping gets an empty one where it has none."""
    if isinstance(value, list):
        return value[_position(value, step)]
    if value.get(step) is None:
        value[step] = {}
    return value[step]


def _set_entry(entries: list[Any], step: Step, value: Any) -> None:
    position = _position(entries, step)
    if value is ABSENT:
        del entries[position : position + 1]
    elif position < len(entries):
        entries[position] = copy.deepcopy(value)
    else:
        entries.append(copy.deepcopy(value))


def _position(entries: list[Any], step: Step) -> int:
    if isinstance(step, int):
        return step
    names = [entry.get("name") if isinstance(entry, dict) else None for entry in entries]
    return names.index(str(step)) if str(step) in names else len(entries)
