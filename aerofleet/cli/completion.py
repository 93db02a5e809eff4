"""`aerofleet completion`: print what a shell needs to complete verbs, options and names.

bash: source <(aerofleet completion bash); zsh: source <(aerofleet completion zsh);
fish: aerofleet completion fish | source
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stdout, suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import shtab

from aerofleet.cli import VERBS
from aerofleet.findings.exit_code import ExitCode

SHELLS = ("bash", "zsh", "fish")
FOLDERS = ("root", "folder", "into")
"""Options and arguments whose value is a folder."""


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(
        prog="aerofleet completion", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("shell", nargs="?", choices=SHELLS, help="print the completion for this shell")
    names = "print the names of the project in the current folder: what the completion itself calls"
    wanted.add_argument("--names", choices=NAMES, help=names)
    options = parser.parse_args(argv)
    if options.names:
        sys.stdout.write("".join(f"{name}\n" for name in NAMES[options.names](Path())))
    else:
        sys.stdout.write(f"{shtab.complete(whole_parser(), options.shell)}\n")
    return ExitCode.FINE


def whole_parser() -> argparse.ArgumentParser:
    """Return one parser with all verbs. The verbs have parsers of their own, which are only made when one is called."""
    whole = argparse.ArgumentParser(prog="aerofleet")
    whole.add_argument("--version", action="store_true", help="print the version")
    verbs = whole.add_subparsers()
    for name, verb in VERBS.items():
        own = parser_of(verb.module)
        for action in actions_of(own):
            complete_value(action)
        verbs.add_parser(name, help=verb.summary, parents=[own], add_help=False)
    return whole


def parser_of(module: str) -> argparse.ArgumentParser:
    """Return the parser of a verb: the verb runs up to the moment at which it would parse its arguments."""
    found: list[argparse.ArgumentParser] = []

    def record(parser: argparse.ArgumentParser, *_arguments: object) -> NoReturn:
        found.append(parser)
        raise SystemExit

    parse_args = argparse.ArgumentParser.parse_args
    argparse.ArgumentParser.parse_args = record  # type: ignore[method-assign, assignment]
    try:
        with suppress(SystemExit), redirect_stdout(io.StringIO()):
            import_module(module).run(["--help"])
    finally:
        argparse.ArgumentParser.parse_args = parse_args  # type: ignore[method-assign]
    return found[0] if found else argparse.ArgumentParser()


def actions_of(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the actions of a parser and of its subparsers."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from actions_of(inner)


def complete_value(action: argparse.Action) -> None:
    """Say how the value of an argument is completed."""
    if action.choices is not None and not isinstance(action, argparse._SubParsersAction):
        action.choices = tuple(action.choices)  # shtab takes a mapping for the verbs of a subparser
    kind = KINDS.get(action.metavar if isinstance(action.metavar, str) else action.dest)
    if kind:
        action.complete = shtab.cmd(f"aerofleet completion --names {kind} 2>/dev/null")  # type: ignore[attr-defined]
    elif action.type is Path:
        action.complete = shtab.DIRECTORY if action.dest in FOLDERS else shtab.FILE  # type: ignore[attr-defined]


def cell_names(root: Path) -> Iterable[str]:
    from aerofleet.settings.source import cells

    return cells(root)


def cluster_names(root: Path) -> Iterable[str]:
    from aerofleet.files.project_files import Files
    from aerofleet.settings.source import cells, read_cell

    return dict.fromkeys(cluster.key for name in cells(root) for cluster in read_cell(Files(root), name).clusters)


def team_names(root: Path) -> Iterable[str]:
    return dict.fromkeys(file.stem for file in sorted(root.glob("stacks/*/teams/*.yaml")))


def tier_names(root: Path) -> Iterable[str]:
    from aerofleet.files.project_files import Files
    from aerofleet.settings.tiers import read_tiers

    return read_tiers(Files(root))[0].names


def rule_ids(_root: Path) -> Iterable[str]:
    from aerofleet.findings.catalogue import rules

    return sorted(rule.id for rule in rules())


NAMES: dict[str, Callable[[Path], Iterable[str]]] = {
    "cells": cell_names,
    "clusters": cluster_names,
    "teams": team_names,
    "tiers": tier_names,
    "rules": rule_ids,
}
KINDS = {"cell": "cells", "TEAM/CLUSTER": "clusters", "TIER": "tiers", "tier": "tiers", "RULE": "rules"}
"""Metavar of an argument, or its name where it has none → kind of names."""
