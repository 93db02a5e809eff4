"""`aerofleet stacks`: the stacks of a cell in order, objects without a definition, and moving a team."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE, EXIT_MISTAKE
from aerofleet.manifests import render_cell
from aerofleet.model import cells, resolve_cell
from aerofleet.model.resolved import Cell
from aerofleet.stack.cluster_api import ClusterApi, ClusterUnreachableError
from aerofleet.stack.engine import Engine, EngineError
from aerofleet.stack.move import MoveError, plan_move, without_team
from aerofleet.stack.name import StackName, stack_names
from aerofleet.stack.orphans import find_orphans

SCHEMA = "aerofleet.io/stacks/v1"


def run(argv: Sequence[str]) -> int:
    options = arguments(argv)
    verbs = {"list": show_stacks, "move": move_team, "orphans": show_orphans}
    try:
        return verbs[options.verb](options)
    except (EngineError, MoveError, ClusterUnreachableError) as error:
        sys.stderr.write(f"aerofleet stacks: {error}\n")
        return EXIT_FINDINGS


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aerofleet stacks", description=__doc__)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--root", type=Path, default=Path(), help="the project folder")
    common.add_argument("--format", choices=("text", "json"), default="text")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", parents=[common], help="in the order of `up`; destroy in the reverse order")
    orphans = verbs.add_parser("orphans", parents=[common], help="on the server with our label, in no definition")
    orphans.add_argument("cell")
    move = verbs.add_parser("move", parents=[common], help="move a team's resources to another stack of its cell")
    move.add_argument("team")
    move.add_argument("--cell", required=True)
    move.add_argument("--to", required=True, metavar="GROUP", help="the group that cell.yaml now names for the team")
    words = list(argv)
    return parser.parse_args(words if words and not words[0].startswith("--") else ["list", *words])


def cell_of(root: Path, name: str) -> Cell:
    resolution = resolve_cell(root, name)
    if resolution.cell is None:
        raise MoveError(f"cell {name} has mistakes; `aerofleet check` shows them")
    return resolution.cell


def show_stacks(options: argparse.Namespace) -> int:
    rows = []
    for name in cells(options.root):
        cell = cell_of(options.root, name)
        for stack in stack_names(cell):
            teams = [team.name for team in cell.teams if stack.holds_group(cell, team.group)]
            rows.append({"stack": str(stack), "platform": stack.holds_platform(cell), "teams": teams})
    emit(options, "stacks", rows, lambda row: f"{row['stack']:<24} {contents(row)}")
    return EXIT_FINE


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


def move_team(options: argparse.Namespace) -> int:
    cell = cell_of(options.root, options.cell)
    if options.to not in cell.groups:
        sys.stderr.write(
            f"aerofleet stacks: cell {cell.name} has no group '{options.to}'; it has {', '.join(cell.groups)}\n"
        )
        return EXIT_MISTAKE
    destination = str(StackName(cell.name, options.to))
    engine = Engine(options.root.resolve())
    existing = set(engine.stacks())
    states = {str(name): engine.export(str(name)) for name in stack_names(cell) if str(name) in existing}
    if destination not in states:
        sys.stderr.write(
            f"aerofleet stacks: stack {destination} does not exist; `pulumi stack init {destination}` first\n"
        )
        return EXIT_MISTAKE
    move = plan_move(states, options.team, destination)
    if not move.source:
        sys.stdout.write(f"{options.team} is in {destination} already\n")
    elif move.finish:
        engine.import_state(move.source, without_team(states[move.source], options.team))
        sys.stdout.write(f"{options.team}: finished the move from {move.source} to {destination}\n")
    else:
        engine.run("state", "move", "--yes", "--source", move.source, "--dest", destination, move.urn)
        sys.stdout.write(f"{options.team}: moved from {move.source} to {destination}; nothing changed on the server\n")
    return EXIT_FINE


def emit(options: argparse.Namespace, key: str, rows: list[dict[str, Any]], line: Any) -> None:
    if options.format == "json":
        sys.stdout.write(json.dumps({"schema": SCHEMA, key: rows}, indent=2) + "\n")
    else:
        sys.stdout.write("".join(f"{line(row)}\n" for row in rows))
