"""`aerofleet pins`: print or write the requirements file of a project that uses the release in a wheel."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.findings.exit_code import ExitCode
from aerofleet.findings.stop import MistakeError
from aerofleet.load.whole_file import write_whole
from aerofleet.toolchain.requirements import pinned_wheel


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(
        prog="aerofleet pins",
        description="Print a requirements file for `pip install --require-hashes`: the release in the wheel, and every "
        "package that it was tested with. The wheel can be of a newer or an older release than the one that prints.",
        epilog="exit code: 0 fine, 2 the file is no wheel of aerofleet",
    )
    parser.add_argument("wheel", type=Path, help="what `pip download --no-deps aerofleet==VERSION` wrote")
    output = "write FILE as a whole, or leave it as it is where the wheel is refused; without it, print"
    parser.add_argument("--output", type=Path, metavar="FILE", help=output)
    options = parser.parse_args(argv)
    text = pinned_wheel(options.wheel)
    if options.output is None:
        sys.stdout.write(text)
        return ExitCode.FINE
    try:
        write_whole(options.output, text)
    except OSError as error:
        raise MistakeError(f"--output {options.output} can't be written: {error.strerror or error}") from None
    return ExitCode.FINE
