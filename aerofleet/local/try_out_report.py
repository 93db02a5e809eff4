"""The result of `local up --apply` as text: the objects on the server, the changes, and the time of each part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from aerofleet.local.api_server import ApiServer
from aerofleet.local.inventory import objects_with
from aerofleet.units.names import MANAGED_BY_LABEL, MANAGED_BY_VALUE

TABLE_EDGES = 10
"""Columns that a table of three spends on space between its own."""

NEXT: tuple[tuple[str, str], ...] = (
    ('eval "$(.venv/bin/aerofleet env)"', "then plain `pulumi preview`, `pulumi up`, `pulumi stack output`"),
    ("edit stacks/{cell}/teams/*.yaml", "and `pulumi preview --diff` shows exactly the path you changed"),
    ("make up", "again: nothing changes"),
    ("make down", "removes all of it; nothing of the control plane is kept"),
)
"""What to try next → what it does."""


def result(server: ApiServer, changes: Mapping[str, int], seconds: Mapping[str, float], cells: Sequence[str]) -> str:
    """Return the tables and what to try next.

    ``changes``: operation → number of resources. ``seconds``: part of the run → its time. ``cells``: the applied ones.
    """
    console = Console(highlight=False)
    kinds = sorted(objects_with(server, MANAGED_BY_LABEL, MANAGED_BY_VALUE).items())
    with console.capture() as shown:
        console.print(table_of_objects(kinds, console.width))
        console.print("Accepted, no pods: there are no kubelets and no operator behind this API server.\n")
        console.print(summary(changes))
        console.print(table_of_times(seconds))
    lines = ((command.format(cell=cells[0]), meaning) for command, meaning in NEXT)
    return "\n".join(
        [f"{shown.get()}What to try next:", *(f"  {command:<35}  {meaning}" for command, meaning in lines)]
    )


def table_of_objects(kinds: Sequence[tuple[str, tuple[str, ...]]], width: int) -> Table:
    objects = Table(title="The API server has, of ours", title_justify="left", box=SIMPLE)
    objects.add_column("kind", no_wrap=True)
    objects.add_column("objects", justify="right", no_wrap=True)
    # Without its own limit the longest column would squeeze the two others out of a narrow terminal.
    taken = max((len(kind) for kind, _ in kinds), default=0) + len("objects") + TABLE_EDGES
    objects.add_column("names", no_wrap=True, overflow="ellipsis", max_width=max(width - taken, len("names")))
    for kind, names in kinds:
        objects.add_row(kind, str(len(names)), ", ".join(names))
    return objects


def summary(changes: Mapping[str, int]) -> str:
    changed = {operation: count for operation, count in changes.items() if operation != "same"}
    if changed:
        return "Changed: " + ", ".join(f"{count} {operation}" for operation, count in sorted(changed.items()))
    return f"Nothing changed: all {changes.get('same', 0)} resources match the definitions."


def table_of_times(seconds: Mapping[str, float]) -> Table:
    times = Table(title="Time", title_justify="left", box=SIMPLE)
    times.add_column("part")
    times.add_column("seconds", justify="right")
    for part, spent in {**seconds, "all": sum(seconds.values())}.items():
        times.add_row(part, f"{spent:.1f}")
    return times
