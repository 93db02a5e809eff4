"""`aerofleet pins`: print the requirements file of a project that uses the release in a wheel."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.findings.exit_code import ExitCode
from aerofleet.toolchain.requirements import pinned_wheel


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(
        prog="aerofleet pins",
        description="Print a requirements file for `pip install --require-hashes`: the release in the wheel, and every "
        "package that it was tested with. The wheel can be of a newer or an older release than the one that prints.",
        epilog="exit code: 0 fine, 2 the file is no wheel of aerofleet",
    )
    parser.add_argument("wheel", type=Path, help="what `pip download --no-deps aerofleet==VERSION` wrote")
    options = parser.parse_args(argv)
    sys.stdout.write(pinned_wheel(options.wheel))
    return ExitCode.FINE
