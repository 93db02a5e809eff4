"""`aerofleet deploy STACK…`: send what was merged and reviewed to the clusters, wait for it, and record it."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from aerofleet.cli.as_of import add_as_of
from aerofleet.cli.node_access import add_node_access, check_node_access, node_access
from aerofleet.cli.printing import print_line, print_warning
from aerofleet.findings.exit_code import ExitCode
from aerofleet.findings.stop import MistakeError

if TYPE_CHECKING:
    from aerofleet.deploy.record import Record

DESCRIPTION = """Recover what an earlier run left, judge the way from what runs to what was merged by the rules of a
change, compare the preview of the engine, send it, wait for the roll-outs, and record it. Nothing is sent that was
not reviewed, and nothing that is worse than its reviews say."""
EPILOG = """exit code: 0 completed; 1 something speaks against it, or failed; 2 a mistake in the input; 4 another run
has the lock, or the roll-outs were not over in time: the same command again goes on"""
DURATION = re.compile(r"(\d+)([smh])")
SECONDS = {"s": 1, "m": 60, "h": 3600}


def run(argv: Sequence[str]) -> ExitCode:
    options = _arguments(argv)
    # Loaded here: the import takes a second.
    from aerofleet.deploy.run import Options, deploy
    from aerofleet.live.wait_report import ProgressWriter

    request = Options(
        tuple(options.stack),
        options.head_render,
        options.as_of,
        options.deployed,
        options.parallel,
        options.wait_for,
        options.dry_run,
        node_access(options),
    )
    code, records = deploy(options.root, request, print_line, print_warning, ProgressWriter(sys.stderr))
    if options.record:
        _write(options.record, records)
    if code is ExitCode.RUNNING:
        print_warning("aerofleet deploy: the roll-outs go on; the same command again waits for them and records it")
    return code


def _write(file: Path, records: dict[str, Record]) -> None:
    from aerofleet.deploy.record import SCHEMA

    try:
        document = {"schema": SCHEMA, "stacks": {stack: asdict(record) for stack, record in records.items()}}
        file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise MistakeError(f"--record: {file} can't be written: {error.strerror or error}") from None


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aerofleet deploy", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("stack", nargs="+", help="for example local or prod.platform; those with a platform come first")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder: a clean clone")
    published = "what `aerofleet render --publish` printed on the main branch for this commit"
    parser.add_argument("--head-render", type=Path, required=True, metavar="FILE", help=published)
    deployed = (
        "the commit that the stacks have, where no record says so; it is believed only if its rendering is exactly what"
        " they have"
    )
    parser.add_argument("--deployed", default="", metavar="REV", help=deployed)
    parallel = "how many stacks are deployed at the same time (default %(default)s)"
    parser.add_argument("--parallel", type=_count, default=4, metavar="NUMBER", help=parallel)
    wait = "how long to wait for the roll-outs: 90s, 30m, 2h (default 1h); then the exit code is 4"
    parser.add_argument("--wait-for", type=_seconds, default=3600, metavar="DURATION", help=wait)
    parser.add_argument("--dry-run", action="store_true", help="do everything up to the sending, and send nothing")
    record = "write the records of the stacks to a file, too, as JSON"
    parser.add_argument("--record", type=Path, metavar="FILE", help=record)
    add_node_access(parser)
    add_as_of(parser)
    options = parser.parse_args(argv)
    check_node_access(parser, options)
    return options


def _seconds(text: str) -> int:
    """Return a duration in seconds."""
    written = DURATION.fullmatch(text)
    if not written:
        raise argparse.ArgumentTypeError(f"'{text}' is no duration: write 90s, 30m or 2h")
    return int(written[1]) * SECONDS[written[2]]


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of stacks: write 1 or more")
    return int(text)
