"""Run `make up` and `make down`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from aerofleet.cli.printing import print_line, print_warning
from aerofleet.findings.exit_code import ExitCode
from aerofleet.findings.stop import StopError
from aerofleet.local.state import default_state
from aerofleet.local.try_out import down, up
from tools.toolchain.store import locked


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(
        prog="python -m aerofleet.cli.up", description="Do the work of `make up` and `make down`."
    )
    parser.add_argument("verb", choices=("up", "down"))
    parser.add_argument("--started", type=float, help="when `make` began, in seconds since the epoch")
    options = parser.parse_args(argv)
    before_python_seconds = time.time() - options.started if options.started else None
    # This is not a verb of `aerofleet`, so `aerofleet.cli.main` does not catch its exceptions.
    try:
        with locked(default_state().run_lock, "another `make up` or `make down` is running; waiting for its end"):
            up(print_line, print_warning, before_python_seconds) if options.verb == "up" else down(print_line)
    except StopError as error:
        print_warning(f"make {options.verb}: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        print_warning(f"\nmake {options.verb}: interrupted; run `make {options.verb}` again to continue")
        return ExitCode.INTERRUPTED
    return ExitCode.FINE


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
