"""`aerofleet local up|down|status`: start, stop or show the embedded control plane."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from aerofleet.cli.printing import print_line, print_warning
from aerofleet.findings.exit_code import ExitCode


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(
        prog="aerofleet local",
        description="Run a Kubernetes API server on this machine's loopback interface, to try the platform. There are "
        "no kubelets, so no pod ever runs.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="up|down|status")
    verbs.add_parser("up", help="start it; does nothing if it runs already")
    verbs.add_parser("down", help="stop it and remove all its data")
    verbs.add_parser("status", help="print its processes, addresses and versions; exit code 1 if it is not healthy")
    options = parser.parse_args(argv)
    # Loaded here, so that --help works where the toolchain does not.
    from aerofleet.local.up_and_down import bring_up, show_status, take_down

    if options.verb == "status":
        return ExitCode.FINE if show_status(print_line, print_warning) else ExitCode.FINDINGS
    if options.verb == "up":
        bring_up(print_line, print_warning)
    else:
        take_down(print_line)
    return ExitCode.FINE
