"""`aerofleet preflight`: does the Kubernetes cluster have what a cell needs of it? Reads only."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.cli.findings import add_format, print_findings
from aerofleet.findings.exit_code import ExitCode
from aerofleet.fleet.lookup import resolved_cell
from aerofleet.manifests import render_cell


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="aerofleet preflight",
        description="Asks the API server of a cell for what `pulumi up` needs and does not make: nodes with their "
        "taints, kinds of other operators, Secrets. Writes nothing.",
        epilog="exit code: 0 all there, 1 something is missing or the server doesn't answer, "
        "2 mistakes in the definitions",
    )
    parser.add_argument("cell")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    add_format(parser)
    options = parser.parse_args(argv)
    cell = resolved_cell(options.root, options.cell)
    # Loaded here: the client takes KUBECONFIG from the environment when it is imported.
    from aerofleet.live.cluster_api import ClusterApi
    from aerofleet.live.preflight import preflight

    findings = tuple(preflight(cell, render_cell(cell), ClusterApi(cell.context)))
    code = print_findings(findings, options.format, of_input=False)
    if not findings and options.format == "text":
        sys.stdout.write(f"{cell.name}: everything is there\n")
    return code or ExitCode.FINE
