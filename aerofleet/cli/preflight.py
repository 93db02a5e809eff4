"""`aerofleet preflight`: does the Kubernetes cluster have what a cell needs of it? Reads only."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.cli.findings import add_format, add_selection, left_out, print_findings, selection_of
from aerofleet.findings.exit_code import ExitCode
from aerofleet.fleet.lookup import resolved_cell
from aerofleet.manifests import render_cell


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="aerofleet preflight",
        description="Asks the API server of a cell for what `pulumi up` needs and does not make: nodes with their "
        "taints, kinds of other operators, Secrets. Writes nothing.",
        epilog="exit code: 0 all there, 1 something is missing or the server doesn't answer, "
        "2 mistakes in the definitions; of the selected rules",
    )
    parser.add_argument("cell")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    add_format(parser)
    add_selection(parser)
    options = parser.parse_args(argv)
    selection = selection_of(options)
    cell = resolved_cell(options.root, options.cell)
    # Loaded here: the client takes KUBECONFIG from the environment when it is imported.
    from aerofleet.live.cluster_api import ClusterApi
    from aerofleet.live.preflight import preflight

    found = tuple(preflight(cell, render_cell(cell), ClusterApi(cell.context)))
    findings = selection.of_findings(found)
    code = print_findings(findings, options.format, of_input=False)
    if not findings and options.format == "text":
        others = left_out(len(found) - len(findings))
        sys.stdout.write(
            f"{cell.name}: {'nothing of these rules is missing' if others else 'everything is there'}{others}\n"
        )
    return code or ExitCode.FINE
