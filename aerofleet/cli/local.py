"""`aerofleet local up|down|status`: start, stop or show the embedded control plane; try a project on it."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from aerofleet.cli.printing import print_line, print_warning
from aerofleet.findings.exit_code import ExitCode


def run(argv: Sequence[str]) -> ExitCode:
    options = arguments(argv)
    # Loaded here, so that --help works where the toolchain does not.
    from aerofleet.local.try_out import apply_project, end_project
    from aerofleet.local.up_and_down import bring_up, show_status, take_down

    if options.verb == "status":
        return ExitCode.FINE if show_status(print_line, print_warning) else ExitCode.FINDINGS
    if options.verb == "up" and options.apply:
        before_seconds = time.time() - options.started if options.started else None
        apply_project(options.root, print_line, print_warning, before_seconds, options.definitions)
    elif options.verb == "up":
        bring_up(options.root, print_line, print_warning, options.definitions)
    elif options.destroy:
        end_project(options.root, print_line)
    else:
        take_down(options.root, print_line)
    return ExitCode.FINE


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="aerofleet local",
        description="Run a Kubernetes API server on this machine's loopback interface, to try a project. There are no "
        "kubelets, so no pod ever runs. One project at a time has its stacks on it.",
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--root", type=Path, default=Path(), help="the project folder")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="up|down|status")
    up = verbs.add_parser("up", parents=[common], help="start it; does nothing if it runs already")
    apply = "then make the stacks of every cell whose context it is, recover and apply them: `make up`"
    up.add_argument("--apply", action="store_true", help=apply)
    started = "when the caller began, in seconds since the epoch: the table of times has the time since then, too"
    up.add_argument("--started", type=float, metavar="SECONDS", help=started)
    definitions = "a folder with the operator's own definitions, such as config/crd/bases of its checkout; without it "
    definitions += "the control plane accepts any content of an AerospikeCluster"
    up.add_argument("--definitions", type=Path, metavar="FOLDER", help=definitions)
    down = verbs.add_parser("down", parents=[common], help="stop it and remove all its data")
    destroy = (
        "destroy the stacks first, as on any Kubernetes cluster, and remove the programs in .aerofleet/: `make down`"
    )
    down.add_argument("--destroy", action="store_true", help=destroy)
    verbs.add_parser("status", help="print its processes, addresses and versions; exit code 1 if it is not healthy")
    return parser.parse_args(argv)
