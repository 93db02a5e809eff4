"""`aerofleet explain`: print where the values of a cluster come from, what they override, and their formulas."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.analysis.explain_report import as_json, as_text, explain
from aerofleet.findings.exit_code import ExitCode
from aerofleet.fleet.provenance import ALLOCATED, SECRETS, SIZING


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(prog="aerofleet explain", description=__doc__)
    parser.add_argument("cluster", metavar="TEAM/CLUSTER")
    examples = f"namespaces.cart.defaultTtl, resources, {ALLOCATED}.ports, {SECRETS}, {SIZING}"
    parser.add_argument("path", nargs="?", default="", help=f"for example {examples}; without it, all values")
    parser.add_argument("--cell", help="needed if the cluster is in several cells")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    options = parser.parse_args(argv)
    answer = explain(options.root, options.cluster, options.path, options.cell)
    if not answer.is_complete:
        sys.stderr.write("the definitions have mistakes, which `aerofleet check` shows; these are their values now\n")
    sys.stdout.write(as_json(answer) if options.format == "json" else as_text(answer))
    return ExitCode.FINE
