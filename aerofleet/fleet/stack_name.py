"""Stack names: ``<cell>`` for a whole cell, or ``<cell>.platform`` and ``<cell>.<group>`` for its parts."""

from __future__ import annotations

from dataclasses import dataclass

from aerofleet.fleet.cell import Cell

PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class StackName:
    """The parts of a stack name. ``part``: a group or ``platform``; empty for the stack of a whole cell."""

    cell: str
    part: str = ""

    def __str__(self) -> str:
        return f"{self.cell}.{self.part}" if self.part else self.cell

    def holds_platform(self, cell: Cell) -> bool:
        return not cell.groups or self.part == PLATFORM

    def holds_group(self, cell: Cell, group: str) -> bool:
        return not cell.groups or self.part == group


def parse_stack_name(stack: str) -> StackName:
    """Split a stack name, which may be qualified as ``organisation/project/stack``."""
    cell, _, part = stack.rsplit("/", 1)[-1].partition(".")
    return StackName(cell, part)


def stack_names(cell: Cell) -> tuple[StackName, ...]:
    """Return the stacks of a cell in the order of `up`; `destroy` needs the reverse order."""
    if not cell.groups:
        return (StackName(cell.name),)
    return tuple(StackName(cell.name, part) for part in (PLATFORM, *cell.groups))


def wrong_stack(name: StackName, cell: Cell) -> str:
    """Return why ``name`` is no stack of ``cell``; empty if it is one."""
    known = stack_names(cell)
    if name in known:
        return ""
    listed = ", ".join(str(stack) for stack in known)
    return f"stack '{name}' is not one of cell '{cell.name}'; its stacks are {listed} (cell.yaml, groups)"


def within_stack(urn: str) -> str:
    """Return a URN without its stack: ``urn:pulumi:STACK::PROJECT::TYPE::NAME``."""
    return urn.partition("::")[2]
