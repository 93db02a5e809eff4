"""`aerofleet stacks`: the stacks of a cell in order, objects without a definition, moving a team, ending a cell."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE, EXIT_MISTAKE
from aerofleet.cli.render import Row, resolved, rows_of
from aerofleet.engine.changed import changes
from aerofleet.engine.move import MoveError, plan_move, team_urn, without_team
from aerofleet.engine.orphans import find_orphans
from aerofleet.engine.pulumi import Engine, EngineError
from aerofleet.engine.revision import RevisionError, rendered_at
from aerofleet.engine.settings import Settings, settings_changes, settings_of
from aerofleet.files.allocations import AllocationsFile
from aerofleet.findings.formats.text import as_text
from aerofleet.fleet.allocate import allocations_path, allocations_text, write_atomically
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.fleet.stack_name import StackName, parse_stack_name, stack_names
from aerofleet.live.cluster_api import ClusterApi, ClusterUnreachableError
from aerofleet.manifests import render_cell
from aerofleet.settings.source import cells

SCHEMA = "aerofleet.io/stacks/v1"
SIGNS = {"created": "+", "changed": "~", "deleted": "-", "arrived": ">", "left": "<", "settings": "!"}
GUARD_TYPE = "aerofleet:index:CellGuard"


def run(argv: Sequence[str]) -> int:
    options = arguments(argv)
    verbs = {"list": show_stacks, "move": move_team, "orphans": show_orphans, "destroy": destroy_cell}
    try:
        return verbs[options.verb](options)
    except MistakesShownError:
        return EXIT_MISTAKE
    except (EngineError, MoveError, RevisionError, ClusterUnreachableError) as error:
        sys.stderr.write(f"aerofleet stacks: {error}\n")
        return EXIT_FINDINGS


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aerofleet stacks", description=__doc__)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--root", type=Path, default=Path(), help="the project folder")
    common.add_argument("--format", choices=("text", "json"), default="text")
    verbs = parser.add_subparsers(dest="verb", required=True)
    listed = verbs.add_parser("list", parents=[common], help="in the order of `up`; destroy in the reverse order")
    listed.add_argument("cell", nargs="*", help="cells to list; all when left out")
    listed.add_argument("--changed", action="store_true", help="only those that differ from --base, and what differs")
    listed.add_argument(
        "--base", metavar="REV", default="HEAD", help="git revision to compare with (default %(default)s)"
    )
    orphans = verbs.add_parser("orphans", parents=[common], help="on the server with our label, in no definition")
    orphans.add_argument("cell")
    move = verbs.add_parser("move", parents=[common], help="move a team's resources to another stack of its cell")
    move.add_argument("team")
    move.add_argument("--cell", required=True)
    move.add_argument(
        "--to", default="", metavar="GROUP", help="the group that cell.yaml now names for the team, if any"
    )
    destroy = verbs.add_parser(
        "destroy", parents=[common], help="destroy the stacks of an ephemeral cell in their order, the platform last"
    )
    destroy.add_argument("cell")
    destroy.add_argument("--yes", action="store_true", help="do it; without it only the order is shown")
    words = list(argv)
    asks_help = words[:1] in (["-h"], ["--help"])
    return parser.parse_args(words if asks_help or (words and not words[0].startswith("-")) else ["list", *words])


class MistakesShownError(Exception):
    """The definitions have mistakes, and they stand on standard error."""


def cell_of(root: Path, name: str) -> Cell:
    cell = resolved(root, name)
    if cell is None:
        raise MistakesShownError
    return cell


def show_stacks(options: argparse.Namespace) -> int:
    found = [cell_of(options.root, name) for name in options.cell or cells(options.root)]
    if options.changed:
        return show_changed(options, found)
    rows = []
    for cell in found:
        for stack in stack_names(cell):
            teams = [team.name for team in cell.teams if stack.holds_group(cell, team.group)]
            rows.append({"stack": str(stack), "platform": stack.holds_platform(cell), "teams": teams})
    emit(options, "stacks", rows, lambda row: f"{row['stack']:<24} {contents(row)}")
    return EXIT_FINE


def show_changed(options: argparse.Namespace, found: Sequence[Cell]) -> int:
    """What differs between a revision, rendered by its own code, and the files as they are now."""
    before, settings = rendered_at(options.root.resolve(), options.base)
    after: list[Row] = []
    now: dict[str, Settings] = {}
    for cell in found:
        rendered = render_cell(cell)
        after += rows_of(rendered, str(stack_names(cell)[0]), None)
        now |= settings_of(cell, rendered)
    differs = changes(before, after, settings_changes(settings, now))
    order = [str(stack) for cell in found for stack in stack_names(cell)]
    asked = [stack for stack in differs if not options.cell or parse_stack_name(stack).cell in options.cell]
    rows = [
        {"stack": stack, **asdict(differs[stack])}
        for stack in sorted(asked, key=lambda stack: (order.index(stack) if stack in order else len(order), stack))
    ]
    emit(options, "stacks", rows, changed_lines)
    return EXIT_FINE


def changed_lines(row: dict[str, Any]) -> str:
    lines = [row["stack"]]
    for word, sign in SIGNS.items():
        lines += [f"  {sign} {name}" for name in row[word]]
    return "\n".join(lines)


def contents(row: dict[str, Any]) -> str:
    parts = (["platform"] if row["platform"] else []) + row["teams"]
    return ", ".join(parts) or "nothing yet"


def show_orphans(options: argparse.Namespace) -> int:
    cell = cell_of(options.root, options.cell)
    orphans = find_orphans(render_cell(cell), ClusterApi(cell.context).list)
    emit(
        options, "orphans", [dict(zip(("kind", "namespace", "name"), row, strict=True)) for row in orphans], orphan_line
    )
    return EXIT_FINDINGS if orphans else EXIT_FINE


def orphan_line(row: dict[str, Any]) -> str:
    place = f"{row['namespace']}/{row['name']}" if row["namespace"] else row["name"]
    return f"{row['kind']:<24} {place}"


def destroy_cell(options: argparse.Namespace) -> int:
    cell = cell_of(options.root, options.cell)
    if not cell.ephemeral:
        raise MoveError(f"cell {cell.name} is not ephemeral: its clusters end step by step, and nothing ends them all")
    engine = Engine(options.root.resolve())
    existing = [name for name in map(parse_stack_name, engine.stacks()) if name.cell == cell.name]
    known = stack_names(cell)
    # Those of groups that cell.yaml no longer has come first: they stand on the platform, too.
    order = [*(name for name in existing if name not in known), *(name for name in reversed(known) if name in existing)]
    for stack in order:
        if options.yes:
            # The order is kept here; the platform's guard is for whoever destroys it by hand.
            engine.unprotect(str(stack), GUARD_TYPE)
            engine.run("destroy", "--yes", "--skip-preview", "--stack", str(stack))
        sys.stdout.write(f"{stack}: {'destroyed' if options.yes else 'would be destroyed; --yes does it'}\n")
    if not order:
        sys.stdout.write(f"cell {cell.name} has no stacks\n")
    return EXIT_FINE


def move_team(options: argparse.Namespace) -> int:
    resolution = resolve_cell(options.root, options.cell)
    source = resolution.source
    # That data and state disagree about this team is what the move is for.
    others = [each for each in resolution.findings if each.severity == "error" and each.rule != "group-moved"]
    if others or source is None or source.cell is None or source.allocations is None:
        sys.stderr.write(as_text(others))
        raise MistakesShownError
    wanted = source.cell.file.group_of(options.team)
    if options.team not in source.teams or options.to != wanted:
        sys.stderr.write(f"aerofleet stacks: {wrong_destination(options, wanted, options.team in source.teams)}\n")
        return EXIT_MISTAKE
    move_state(Engine(options.root.resolve()), options)
    # Last, because until it is written `check` and `preview` refuse: a move that was cut off is run again.
    allocations = in_group(source.allocations.file, options.team, options.to)
    write_atomically(allocations_path(options.root, options.cell), allocations_text(allocations))
    return EXIT_FINE


def wrong_destination(options: argparse.Namespace, wanted: str, known: bool) -> str:
    if not known:
        return f"cell '{options.cell}' has no team '{options.team}'"
    there = f"in group '{wanted}'" if wanted else "in no group, so leave out --to"
    return f"cell.yaml names team '{options.team}' {there}; change it there first, or move the team to where it says"


def move_state(engine: Engine, options: argparse.Namespace) -> None:
    destination = str(StackName(options.cell, options.to))
    # Every stack of the cell, also of groups that cell.yaml no longer has: the team may be in one of those.
    states = {name: engine.export(name) for name in engine.stacks() if parse_stack_name(name).cell == options.cell}
    if destination not in states:
        raise MoveError(f"stack {destination} does not exist; `pulumi stack init {destination}` first")
    move = plan_move(states, options.team, destination)
    if move.source and move.finish:
        engine.import_state(move.source, without_team(states[move.source], options.team))
        sys.stdout.write(f"{options.team}: finished the move from {move.source} to {destination}\n")
    elif move.source:
        engine.run("state", "move", "--yes", "--source", move.source, "--dest", destination, move.urn)
        sys.stdout.write(f"{options.team}: moved from {move.source} to {destination}; nothing changed on the server\n")
    elif team_urn(states[destination], options.team):
        sys.stdout.write(f"{options.team} is in {destination} already\n")
    else:
        sys.stdout.write(f"{options.team} is in no stack yet: `pulumi up` of {destination} will make it\n")


def in_group(file: AllocationsFile, team: str, group: str) -> AllocationsFile:
    given = file.teams[team].model_copy(update={"group": group})
    return file.model_copy(update={"teams": {**file.teams, team: given}})


def emit(
    options: argparse.Namespace, key: str, rows: list[dict[str, Any]], line: Callable[[dict[str, Any]], str]
) -> None:
    if options.format == "json":
        sys.stdout.write(json.dumps({"schema": SCHEMA, key: rows}, indent=2) + "\n")
    else:
        sys.stdout.write("".join(f"{line(row)}\n" for row in rows))
