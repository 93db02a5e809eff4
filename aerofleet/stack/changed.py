"""Which stacks a change touches: two renderings of the same cells, object by object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Row = tuple[str, Mapping[str, Any]]
"""(stack, object)."""


@dataclass(frozen=True, slots=True)
class StackChange:
    """Identities of objects, ``kind namespace/name``, in the order of the rendering."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.created or self.changed or self.deleted)


def identity(found: Mapping[str, Any]) -> str:
    metadata = found["metadata"]
    place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return f"{found['kind']} {place}{metadata['name']}"


def changes(before: Iterable[Row], after: Iterable[Row]) -> dict[str, StackChange]:
    """Stack → what differs there; stacks without a difference are left out. Bytes count: order of keys doesn't."""
    old, new = by_stack(before), by_stack(after)
    found = {stack: change_of(old.get(stack, {}), new.get(stack, {})) for stack in [*old, *new]}
    return {stack: change for stack, change in found.items() if change}


def by_stack(rows: Iterable[Row]) -> dict[str, dict[str, Mapping[str, Any]]]:
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for stack, each in rows:
        found.setdefault(stack, {})[identity(each)] = each
    return found


def change_of(old: Mapping[str, Any], new: Mapping[str, Any]) -> StackChange:
    return StackChange(
        created=tuple(name for name in new if name not in old),
        changed=tuple(name for name in new if name in old and new[name] != old[name]),
        deleted=tuple(name for name in old if name not in new),
    )
