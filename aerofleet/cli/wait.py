"""`aerofleet wait [STACK]`: wait until every cluster of a stack matches its definition."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.cli.node_access import add_node_access, check_node_access, node_access
from aerofleet.findings.exit_code import ExitCode
from aerofleet.live.wait import exit_code_of, wait_for_stack
from aerofleet.live.wait_report import ProgressWriter, as_json, as_text


def run(argv: Sequence[str]) -> ExitCode:
    options = arguments(argv)
    access = node_access(options)
    # With a timeout of 0 only the result is printed. Progress goes to standard error, because programs read the result
    # from standard output.
    is_watched = options.format == "text" and options.timeout > 0
    show = ProgressWriter(sys.stderr) if is_watched else lambda rollouts: None
    rollouts = wait_for_stack(options.root, options.stack, options.timeout, access, show)
    sys.stdout.write(as_json(rollouts) if options.format == "json" else as_text(rollouts))
    return exit_code_of(rollouts)


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="aerofleet wait",
        description="Wait until every cluster of a stack matches its definition, its pods run, and its nodes agree.",
        epilog="exit code: 0 rolled out, 1 failed, or waiting does not help, 4 not finished at the timeout",
    )
    parser.add_argument("stack", nargs="?", default="local", help="default %(default)s")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    timeout = "how long to wait; 0 prints the present state (default %(default)s)"
    parser.add_argument("--timeout", type=int, default=3600, metavar="SECONDS", help=timeout)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    add_node_access(parser)
    options = parser.parse_args(argv)
    check_node_access(parser, options)
    return options
