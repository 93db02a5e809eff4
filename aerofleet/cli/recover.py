"""`aerofleet recover STACK`: make a stack usable again after a run that crashed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from aerofleet.cli.printing import print_line
from aerofleet.engine.pulumi import Engine
from aerofleet.engine.settle import recover
from aerofleet.findings.exit_code import ExitCode


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(
        prog="aerofleet recover",
        description="After a run that crashed: release the lock, adopt the objects that the run made, and forget those "
        "that it did not make.",
    )
    parser.add_argument("stack", help="for example local or prod.platform")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    parser.add_argument("--dry-run", action="store_true", help="only print what would be done")
    options = parser.parse_args(argv)
    is_settled = recover(Engine(options.root.resolve()), options.stack, print_line, dry_run=options.dry_run)
    return ExitCode.FINE if is_settled else ExitCode.FINDINGS
