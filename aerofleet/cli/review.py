"""`aerofleet review`: predict what a change of the definitions does to every cluster, and name the lines that cause it.

A side is a git revision or a folder. Both are taken as data, and rendered by the code that runs this verb.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.cli.terminal import standard_output
from aerofleet.findings.effect import Effect
from aerofleet.findings.exit_code import ExitCode
from aerofleet.review.exit_code import review_exit_code
from aerofleet.review.formats import FORMATS
from aerofleet.trees.compare import Request, review_sides

EPILOG = """exit code: 0 fine; 1 the effect is --fail-on or worse, a cell can't be judged, or a finding is new that is
severe; 2 a wrong option, revision or folder"""


def run(argv: Sequence[str]) -> ExitCode:
    options = _arguments(argv)
    request = Request(options.base, options.head, options.base_render, options.head_render)
    review = review_sides(options.root, request, options.as_of)
    sys.stdout.write(FORMATS[options.format](review, standard_output(), options.all))
    return review_exit_code(review, next(effect for effect in Effect if str(effect) == options.fail_on))


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aerofleet review", description=__doc__, epilog=EPILOG)
    base = (
        "the side before the change: a git revision, or a folder (a name with ./ or / at its beginning is a folder);"
        " without it, the commit at which head left the upstream branch"
    )
    parser.add_argument("--base", metavar="REV|DIR", help=base)
    parser.add_argument("--head", metavar="REV|DIR", help="the side after the change; without it, the working tree")
    for side in ("base", "head"):
        ready = f"a ready rendering of {side}, from `aerofleet render --publish`; its commit has to be that of {side}"
        parser.add_argument(f"--{side}-render", type=Path, metavar="FILE", help=ready)
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="default %(default)s")
    levels = [str(effect) for effect in Effect]
    meaning = "exit code 1 for this effect or a worse one (default %(default)s; none: never)"
    parser.add_argument("--fail-on", choices=levels, default=str(Effect.REFUSED), help=meaning)
    day = "the day of the change, for rules with dates; YYYY-MM-DD, default today"
    parser.add_argument("--as-of", type=datetime.date.fromisoformat, default=datetime.date.today(), help=day)
    parser.add_argument("--all", action="store_true", help="name every cluster of a group")
    return parser.parse_args(argv)
