"""List the stacks of cells in the order of `pulumi up`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aerofleet.fleet.cell import Cell
from aerofleet.fleet.stack_name import stack_names


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


def stack_line(stack: dict[str, Any]) -> str:
    contents = (["platform"] if stack["platform"] else []) + stack["teams"]
    return f"{stack['stack']:<24} {', '.join(contents) or 'nothing yet'}"
