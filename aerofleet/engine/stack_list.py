"""List the stacks of cells in the order of `pulumi up`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
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


def cell_jobs(resolved: Iterable[Cell], stacks: Iterable[str]) -> list[dict[str, str]]:
    """Return a job for each cell that has one of ``stacks``: its stacks in the order of `pulumi up`, with blanks
    between them. A cell is one job, because its platform comes first, and because rules look at the whole cell.
    """
    wanted = set(stacks)
    listed = {cell.name: [str(stack) for stack in stack_names(cell) if str(stack) in wanted] for cell in resolved}
    return [{"cell": name, "stacks": " ".join(of_cell)} for name, of_cell in listed.items() if of_cell]


def gitlab_jobs(cells: Iterable[dict[str, str]]) -> str:
    """Return a job of GitLab for each cell, and one that does nothing for none: a pipeline has to have a job."""
    jobs: dict[str, Any] = {
        one["cell"]: {"extends": ".cell", "variables": {"CELL": one["cell"], "STACKS": one["stacks"]}} for one in cells
    }
    listed = jobs or {"nothing": {"script": ["echo no stack changes"]}}
    # YAML has JSON in it.
    return "\n".join(f"{json.dumps(name)}: {json.dumps(job)}" for name, job in listed.items())
