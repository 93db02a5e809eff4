"""Move a team to the stack of the group that cell.yaml names for it: its state first, its allocations last."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from aerofleet.engine.move import MoveError, plan_move, team_urn, without_team
from aerofleet.engine.pulumi import Engine
from aerofleet.files.allocations import AllocationsFile
from aerofleet.findings.stop import MistakeError
from aerofleet.fleet.allocate import allocations_path, allocations_text
from aerofleet.fleet.checks.groups import group_moved
from aerofleet.fleet.lookup import DefinitionsMistakeError
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.fleet.stack_name import StackName, parse_stack_name
from aerofleet.load.whole_file import write_whole

Report = Callable[[str], None]


def move_team(root: Path, cell: str, team: str, group: str, report: Report) -> None:
    """Move the team's resources to the stack of ``group`` (empty: the only stack of the cell).

    Raises DefinitionsMistakeError, MistakeError where cell.yaml names another group, MoveError, EngineError.
    """
    # A move is the remedy for a team whose definition and state name different groups.
    resolution = resolve_cell(root, cell, without=(group_moved,))
    source = resolution.source
    errors = [finding for finding in resolution.findings if finding.severity == "error"]
    if errors or source is None or source.cell is None or source.allocations is None:
        raise DefinitionsMistakeError(findings=errors)
    wanted = source.cell.file.group_of(team)
    if team not in source.teams:
        raise MistakeError(f"cell '{cell}' has no team '{team}'")
    if group != wanted:
        there = f"in group '{wanted}'" if wanted else "in no group, so leave out --to"
        raise MistakeError(
            f"cell.yaml names team '{team}' {there}; change it there first, or move the team to that group"
        )
    move_state(Engine(root.resolve()), StackName(cell, group), team, report)
    # Last, because until it is written `check` and `preview` refuse: a move that was cut off is run again.
    allocations = in_group(source.allocations.file, team, group)
    write_whole(allocations_path(root, cell), allocations_text(allocations))


def move_state(engine: Engine, destination: StackName, team: str, report: Report) -> None:
    # Every stack of the cell, also of groups that cell.yaml no longer has: the team may be in one of those.
    stacks = [name for name in engine.stacks() if parse_stack_name(name).cell == destination.cell]
    states = {name: engine.export(name) for name in stacks}
    target = str(destination)
    if target not in states:
        raise MoveError(f"stack {target} does not exist; `pulumi stack init {target}` first")
    move = plan_move(states, team, target)
    if move.source and move.finish:
        engine.import_state(move.source, without_team(states[move.source], team))
        report(f"{team}: finished the move from {move.source} to {target}")
    elif move.source:
        engine.run("state", "move", "--yes", "--source", move.source, "--dest", target, move.urn)
        report(f"{team}: moved from {move.source} to {target}; nothing changed on the server")
    elif team_urn(states[target], team):
        report(f"{team} is in {target} already")
    else:
        report(f"{team} is in no stack yet: `pulumi up` of {target} will make it")


def in_group(file: AllocationsFile, team: str, group: str) -> AllocationsFile:
    """Return the allocations with the team in another group."""
    allocated = file.teams[team].model_copy(update={"group": group})
    return file.model_copy(update={"teams": {**file.teams, team: allocated}})
