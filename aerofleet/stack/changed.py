"""Which stacks a change touches: two renderings of the same cells, object by object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aerofleet.stack.name import parse_stack_name

Row = tuple[str, Mapping[str, Any]]
"""(stack, object)."""


@dataclass(frozen=True, slots=True)
class StackChange:
    """Objects as ``kind namespace/name``, in the order of the rendering.

    ``arrived`` and ``left`` went from one stack of their cell to another, which no `up` does: that is
    `aerofleet stacks move`. ``settings``: what else differs, in words.
    """

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    arrived: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """What one resource is known by; ``version`` is part of its type, and so of its URN."""

    version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


Stacks = Mapping[str, Mapping[Identity, Mapping[str, Any]]]


def identity(found: Mapping[str, Any]) -> Identity:
    metadata = found["metadata"]
    return Identity(
        str(found.get("apiVersion", "")), found["kind"], str(metadata.get("namespace") or ""), metadata["name"]
    )


def changes(
    before: Iterable[Row], after: Iterable[Row], settings: Mapping[str, tuple[str, ...]] | None = None
) -> dict[str, StackChange]:
    """Stack → what differs there; stacks without a difference are left out. Bytes count: order of keys doesn't.

    ``settings`` are :func:`aerofleet.stack.settings.settings_changes`.
    """
    old, new = by_stack(before), by_stack(after)
    words = settings or {}
    found = {stack: change_of(stack, old, new, words.get(stack, ())) for stack in dict.fromkeys([*old, *new, *words])}
    return {stack: change for stack, change in found.items() if change != StackChange()}


def by_stack(rows: Iterable[Row]) -> dict[str, dict[Identity, Mapping[str, Any]]]:
    found: dict[str, dict[Identity, Mapping[str, Any]]] = {}
    for stack, each in rows:
        found.setdefault(stack, {})[identity(each)] = each
    return found


def change_of(stack: str, old: Stacks, new: Stacks, settings: tuple[str, ...]) -> StackChange:
    before, after = old.get(stack, {}), new.get(stack, {})
    come = {each: source for each in after if each not in before and (source := other_stack(stack, each, old))}
    gone = {each: target for each in before if each not in after and (target := other_stack(stack, each, new))}
    return StackChange(
        created=tuple(str(each) for each in after if each not in before and each not in come),
        changed=tuple(
            str(each)
            for each, found in after.items()
            if (each in before or each in come) and found != old[come.get(each, stack)][each]
        ),
        deleted=tuple(str(each) for each in before if each not in after and each not in gone),
        arrived=tuple(f"{each} from {source}" for each, source in come.items()),
        left=tuple(f"{each} to {target}" for each, target in gone.items()),
        settings=settings,
    )


def other_stack(stack: str, wanted: Identity, stacks: Stacks) -> str:
    """Another stack of the same cell that has it, or an empty text."""
    cell = parse_stack_name(stack).cell
    others = (each for each in stacks if each != stack and parse_stack_name(each).cell == cell)
    return next((each for each in others if wanted in stacks[each]), "")
