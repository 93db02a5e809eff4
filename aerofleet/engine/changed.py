"""The stacks that a change affects: compare two renderings of the same cells, object by object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aerofleet.fleet.stack_name import parse_stack_name

StackObject = tuple[str, Mapping[str, Any]]
"""(stack, object)."""


@dataclass(frozen=True, slots=True)
class StackChange:
    """The changes of one stack, with objects as ``kind namespace/name`` in the order of the rendering.

    ``arrived`` and ``left``: objects that move between stacks of their cell, which needs `aerofleet stacks move`.
    ``settings``: a description of every other difference.
    """

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    arrived: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of one resource; ``version`` is part of its type, and so of its URN."""

    version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


Stacks = Mapping[str, Mapping[Identity, Mapping[str, Any]]]


def identity(manifest: Mapping[str, Any]) -> Identity:
    metadata = manifest["metadata"]
    return Identity(
        str(manifest.get("apiVersion", "")), manifest["kind"], str(metadata.get("namespace") or ""), metadata["name"]
    )


def changes(
    before: Iterable[StackObject], after: Iterable[StackObject], settings: Mapping[str, tuple[str, ...]] | None = None
) -> dict[str, StackChange]:
    """Return stack → its changes, without unchanged stacks. The order of keys is no difference.

    ``settings``: the result of :func:`aerofleet.engine.settings.settings_changes`.
    """
    old, new = by_stack(before), by_stack(after)
    settings = settings or {}
    stacks = dict.fromkeys([*old, *new, *settings])
    of_stack = {stack: change_of(stack, old, new, settings.get(stack, ())) for stack in stacks}
    return {stack: change for stack, change in of_stack.items() if change != StackChange()}


def by_stack(objects: Iterable[StackObject]) -> dict[str, dict[Identity, Mapping[str, Any]]]:
    stacks: dict[str, dict[Identity, Mapping[str, Any]]] = {}
    for stack, manifest in objects:
        stacks.setdefault(stack, {})[identity(manifest)] = manifest
    return stacks


def change_of(stack: str, old: Stacks, new: Stacks, settings: tuple[str, ...]) -> StackChange:
    before, after = old.get(stack, {}), new.get(stack, {})
    come = {known: source for known in after if known not in before and (source := other_stack(stack, known, old))}
    gone = {known: target for known in before if known not in after and (target := other_stack(stack, known, new))}
    return StackChange(
        created=tuple(str(known) for known in after if known not in before and known not in come),
        changed=tuple(
            str(known)
            for known, manifest in after.items()
            if (known in before or known in come) and manifest != old[come.get(known, stack)][known]
        ),
        deleted=tuple(str(known) for known in before if known not in after and known not in gone),
        arrived=tuple(f"{known} from {source}" for known, source in come.items()),
        left=tuple(f"{known} to {target}" for known, target in gone.items()),
        settings=settings,
    )


def other_stack(stack: str, wanted: Identity, stacks: Stacks) -> str:
    """Return another stack of the same cell that has the resource, or an empty text."""
    cell = parse_stack_name(stack).cell
    others = (other for other in stacks if other != stack and parse_stack_name(other).cell == cell)
    return next((other for other in others if wanted in stacks[other]), "")
