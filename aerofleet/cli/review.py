"""`aerofleet review`: predict what a change of the definitions does to every cluster, and name the lines that cause it.

A side is a git revision or a folder. Both are taken as data, and rendered by the code that runs this verb. --post also
writes the result as a comment of the pull request or merge request.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.cli.terminal import standard_output
from aerofleet.findings.effect import Effect
from aerofleet.findings.exit_code import ExitCode
from aerofleet.findings.stop import MistakeError
from aerofleet.findings.terminal import NO_TERMINAL
from aerofleet.review.exit_code import review_exit_code
from aerofleet.review.formats import FORMATS
from aerofleet.review.model import Review
from aerofleet.trees.compare import Request, review_sides

EPILOG = """exit code: 0 fine; 1 the effect is --fail-on or worse, a cell can't be judged, or a finding is new that is
severe; 2 a wrong option, revision or folder"""


def run(argv: Sequence[str]) -> ExitCode:
    options = _arguments(argv)
    engine = tuple(options.engine)
    request = Request(options.base, options.head, options.base_render, options.head_render, engine=engine)
    fail_on = next(effect for effect in Effect if str(effect) == options.fail_on)
    if options.post:
        return _posted(options, request, fail_on)
    review = review_sides(options.root, request, options.as_of)
    _show(review, options)
    if options.base is None:
        sys.stdout.flush()
        sys.stderr.write(f"aerofleet review: {_compared(review)}\n")
    return review_exit_code(review, fail_on)


def _compared(review: Review) -> str:
    """Return what was compared where nobody has named a base, also for a comment that is empty."""
    base, head = review.base, review.head
    named = base.commit[:12] or base.name
    same = ", which is its own commit" if base.commit and base.commit == head.commit else ""
    end = ": nothing changes" if review.is_empty else ""
    return f"{head.name} is compared with {named}{same}; --base names another revision{end}"


def _show(review: Review, options: argparse.Namespace) -> None:
    """Print the review, and write the files that were asked for."""
    sys.stdout.write(FORMATS[options.format](review, standard_output(), options.all))
    for name, file in options.save:
        path = Path(file)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(FORMATS[name](review, NO_TERMINAL, True), encoding="utf-8")
        except OSError as error:
            raise MistakeError(f"--save {name}: {path} can't be written: {error.strerror or error}") from None


def _posted(options: argparse.Namespace, request: Request, fail_on: Effect) -> ExitCode:
    """Print the verdict, and only then post it: a failure of the forge neither hides nor changes it."""
    from aerofleet.forge.environment import place_of
    from aerofleet.forge.posted import Posting, text_of
    from aerofleet.forge.status import status_of

    posting = Posting(place_of(options.post, os.environ, options.repository, options.request, options.head))
    review = posting.review(options.root, request, options.as_of)
    _show(review, options)
    sys.stdout.flush()
    code = review_exit_code(review, fail_on)
    status = status_of(review, code, posting.place.job_url)
    sys.stderr.writelines(f"aerofleet review: {line}\n" for line in posting.post(text_of(review), status))
    return code


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
    engine = (
        "what `pulumi preview --json --show-sames` of head prints for a stack: every object of it is compared with the"
        " review, and what the engine would do otherwise fails; can be repeated"
    )
    parser.add_argument("--engine", type=Path, action="append", default=[], metavar="FILE", help=engine)
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="default %(default)s")
    save = "write the review to a file, too, in this format; can be repeated"
    parser.add_argument("--save", nargs=2, action="append", default=[], metavar=("FORMAT", "FILE"), help=save)
    levels = [str(effect) for effect in Effect]
    meaning = "exit code 1 for this effect or a worse one (default %(default)s; none: never)"
    parser.add_argument("--fail-on", choices=levels, default=str(Effect.REFUSED), help=meaning)
    day = "the day of the change, for rules with dates; YYYY-MM-DD, default today"
    parser.add_argument("--as-of", type=datetime.date.fromisoformat, default=datetime.date.today(), help=day)
    post = (
        "write the comment of the change request and set the status 'aerofleet review' of head's commit, with the token"
        " in GITHUB_TOKEN or GITLAB_TOKEN; head is that of the"
        " event that started the CI job, and no code of it runs. If that fails, the verdict is the same"
    )
    parser.add_argument("--post", choices=("github", "gitlab"), help=post)
    parser.add_argument("--repository", metavar="OWNER/NAME", help="with --post: another than that of the CI job")
    parser.add_argument("--request", type=int, metavar="NUMBER", help="with --post: another than that of the event")
    parser.add_argument("--all", action="store_true", help="name every cluster of a group")
    options = parser.parse_args(argv)
    if not options.post and (options.repository or options.request is not None):
        parser.error("--repository and --request name what --post writes to")
    unknown = next((name for name, _ in options.save if name not in FORMATS), None)
    if unknown is not None:
        parser.error(f"--save: no format '{unknown}', choose from {', '.join(FORMATS)}")
    return options
