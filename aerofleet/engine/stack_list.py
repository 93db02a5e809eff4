"""List the stacks of cells in the order of `up`, with the differences of a change, and print both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aerofleet.engine.changed import changes
from aerofleet.engine.rendering import rendering_of_cells
from aerofleet.engine.revision import rendered_at
from aerofleet.engine.settings import settings_changes
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.stack_name import parse_stack_name, stack_names

SIGNS = {"created": "+", "changed": "~", "deleted": "-", "arrived": ">", "left": "<", "settings": "!"}
"""Field of StackChange → the sign before its entries."""


def stack_list(resolved: Sequence[Cell]) -> list[dict[str, Any]]:
    """Return the stacks as JSON: the name of each, whether it has the platform, and its teams."""
    return [
        {
            "stack": str(stack),
            "platform": stack.holds_platform(cell),
            "teams": [team.name for team in cell.teams if stack.holds_group(cell, team.group)],
        }
        for cell in resolved
        for stack in stack_names(cell)
    ]


def changed_stacks(root: Path, revision: str, resolved: Sequence[Cell], names: Sequence[str]) -> list[dict[str, Any]]:
    """Return each stack of the cells ``names`` (all if empty) that differs from a git revision, as JSON.

    The revision is rendered by its own code, ``resolved`` by the present code. Raises RevisionError.
    """
    before, settings_before = rendered_at(root.resolve(), revision)
    after = rendering_of_cells(resolved)
    of_stack = changes(before, after.objects, settings_changes(settings_before, after.settings))
    order = [str(stack) for cell in resolved for stack in stack_names(cell)]
    wanted = [stack for stack in of_stack if not names or parse_stack_name(stack).cell in names]
    return [
        {"stack": stack, **asdict(of_stack[stack])}
        for stack in sorted(wanted, key=lambda stack: (order.index(stack) if stack in order else len(order), stack))
    ]


def stack_line(stack: dict[str, Any]) -> str:
    contents = (["platform"] if stack["platform"] else []) + stack["teams"]
    return f"{stack['stack']:<24} {', '.join(contents) or 'nothing yet'}"


def change_lines(change: dict[str, Any]) -> Iterator[str]:
    yield change["stack"]
    for field, sign in SIGNS.items():
        yield from (f"  {sign} {name}" for name in change[field])
