"""Destroy all stacks of an ephemeral cell, the platform last."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aerofleet.engine.pulumi import Engine
from aerofleet.findings.stop import FailureError
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.stack_name import StackName, parse_stack_name, stack_names

GUARD_TYPE = "aerofleet:index:CellGuard"


class NotEphemeralError(FailureError):
    """The cell must not end as a whole."""


def destroy_cell(engine: Engine, cell: Cell, report: Callable[[str], None], *, dry_run: bool) -> None:
    """Destroy the existing stacks of the cell in order; with ``dry_run`` only report the order.

    Raises NotEphemeralError and EngineError.
    """
    if not cell.ephemeral:
        message = f"cell {cell.name} is not ephemeral: its clusters end step by step, and nothing ends them all"
        raise NotEphemeralError(message)
    order = order_of_destroy(cell, engine.stacks())
    for stack in order:
        if not dry_run:
            # The order is kept here; the platform's guard is for whoever destroys it by hand.
            engine.unprotect(str(stack), GUARD_TYPE)
            engine.run("destroy", "--yes", "--skip-preview", "--stack", str(stack))
        report(f"{stack}: {'would be destroyed; --yes does it' if dry_run else 'destroyed'}")
    if not order:
        report(f"cell {cell.name} has no stacks")


def order_of_destroy(cell: Cell, stacks: Sequence[str]) -> list[StackName]:
    """Return the ``stacks`` of the cell: first those of groups that cell.yaml no longer has, which need the platform,
    too, and the platform last.
    """
    existing = [name for name in map(parse_stack_name, stacks) if name.cell == cell.name]
    known = stack_names(cell)
    return [*(name for name in existing if name not in known), *(name for name in reversed(known) if name in existing)]
