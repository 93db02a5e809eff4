"""`aerofleet stacks`: list the stacks of a cell or the objects without a definition, move a team, destroy a cell."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from aerofleet.cli.printing import print_line
from aerofleet.engine.end_cell import destroy_cell
from aerofleet.engine.move_team import move_team
from aerofleet.engine.orphans import find_orphans
from aerofleet.engine.pulumi import Engine
from aerofleet.engine.stack_list import cell_jobs, gitlab_jobs, stack_line, stack_list
from aerofleet.findings.exit_code import ExitCode
from aerofleet.fleet.lookup import resolved_cell
from aerofleet.local.project import embedded_cells
from aerofleet.manifests import render_cell
from aerofleet.settings.source import cells
from aerofleet.trees.changed_stacks import changed_stacks
from aerofleet.units.object_identity import namespaced

SCHEMA = "aerofleet.io/stacks/v1"
JOBS: dict[str, Callable[[list[dict[str, str]]], str]] = {"matrix": json.dumps, "gitlab": gitlab_jobs}
"""Format of the jobs of a pipeline → how it is written."""


def run(argv: Sequence[str]) -> ExitCode:
    options = arguments(argv)
    if options.verb == "move":
        move_team(options.root, options.cell, options.team, options.to, print_line)
    elif options.verb == "destroy":
        cell = resolved_cell(options.root, options.cell)
        destroy_cell(Engine(options.root.resolve()), cell, print_line, dry_run=not options.yes)
    elif options.verb == "orphans":
        # Loaded here: the import takes a second.
        from aerofleet.live.cluster_api import ClusterApi

        cell = resolved_cell(options.root, options.cell)
        orphans = find_orphans(render_cell(cell), ClusterApi(cell.context).list)
        data = [dict(zip(("kind", "namespace", "name"), orphan, strict=True)) for orphan in orphans]
        lines = (f"{kind:<24} {namespaced(namespace, name)}" for kind, namespace, name in orphans)
        emit(options.format, "orphans", data, lines)
        return ExitCode.FINDINGS if orphans else ExitCode.FINE
    elif options.changed:
        touched = changed_stacks(options.root, options.base, options.head, options.cell)
        if options.format in JOBS:
            print_jobs(options.root, [stack.stack for stack in touched], options.format)
            return ExitCode.FINE
        data = [stack.as_json() for stack in touched]
        emit(options.format, "stacks", data, (line for stack in touched for line in stack.lines()))
        return ExitCode.FINDINGS if any(stack.unknown for stack in touched) else ExitCode.FINE
    else:
        data = stack_list([resolved_cell(options.root, name) for name in options.cell or cells(options.root)])
        if options.format in JOBS:
            print_jobs(options.root, [stack["stack"] for stack in data], options.format)
            return ExitCode.FINE
        emit(options.format, "stacks", data, map(stack_line, data))
    return ExitCode.FINE


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aerofleet stacks", description=__doc__)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--root", type=Path, default=Path(), help="the project folder")
    form = argparse.ArgumentParser(add_help=False)
    form.add_argument("--format", choices=("text", "json"), default="text")
    verbs = parser.add_subparsers(dest="verb", required=True)
    description = "list the stacks in the order of `pulumi up`; they are destroyed in the reverse order"
    list_verb = verbs.add_parser("list", parents=[common], help=description)
    matrix = (
        "matrix, gitlab: the jobs of a pipeline, each cell with its stacks, as one line of JSON for a matrix of GitHub,"
        " or as jobs of GitLab that extend `.cell`; without ephemeral cells on the embedded control plane, which no"
        " pipeline reaches, and without stacks that have no definition any more"
    )
    list_verb.add_argument("--format", choices=("text", "json", *JOBS), default="text", help=matrix)
    list_verb.add_argument("cell", nargs="*", help="cells to list; all cells if none is named")
    changed = (
        "list only the stacks that the change from --base to --head touches, with what differs; exit code 1 if the"
        " objects of base are not known for one, unless the format is for a pipeline, which has these, too"
    )
    list_verb.add_argument("--changed", action="store_true", help=changed)
    base = "with --changed: a git revision, or a folder (default %(default)s)"
    list_verb.add_argument("--base", metavar="REV|DIR", default="HEAD", help=base)
    head = "with --changed: a git revision, or a folder; without it, the working tree"
    list_verb.add_argument("--head", metavar="REV|DIR", help=head)
    description = "list the objects on the server that have our owner label and are in no definition"
    orphans = verbs.add_parser("orphans", parents=[common, form], help=description)
    orphans.add_argument("cell")
    move = verbs.add_parser("move", parents=[common, form], help="move a team's resources to another stack of its cell")
    move.add_argument("team")
    move.add_argument("--cell", required=True)
    move.add_argument(
        "--to", default="", metavar="GROUP", help="the new group of the team in cell.yaml; left out for no group"
    )
    description = "destroy the stacks of an ephemeral cell in order, the platform last"
    destroy = verbs.add_parser("destroy", parents=[common, form], help=description)
    destroy.add_argument("cell")
    destroy.add_argument("--yes", action="store_true", help="destroy them; without it, only the order is printed")
    # Without a verb, the stacks are listed.
    has_verb = argv and (not argv[0].startswith("-") or argv[0] in ("-h", "--help"))
    return parser.parse_args(argv if has_verb else ["list", *argv])


def print_jobs(root: Path, stacks: Iterable[str], form: str) -> None:
    """Print the jobs of a pipeline for these stacks."""
    embedded = embedded_cells(root)
    resolved = [resolved_cell(root, name) for name in cells(root)]
    reached = [cell for cell in resolved if not (cell.name in embedded and cell.ephemeral)]
    sys.stdout.write(JOBS[form](cell_jobs(reached, stacks)) + "\n")


def emit(form: str, key: str, data: Sequence[dict[str, Any]], lines: Iterable[str]) -> None:
    if form == "json":
        sys.stdout.write(json.dumps({"schema": SCHEMA, key: data}, indent=2) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in lines))
