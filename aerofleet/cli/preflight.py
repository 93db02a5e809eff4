"""`aerofleet preflight`: report what a cell needs and the Kubernetes cluster lacks. Reads only."""

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
        description="Look on the API server of a cell for everything that `pulumi up` needs and does not make: nodes "
        "with their taints, kinds of other operators, Secrets. Writes nothing.",
        epilog="exit code: 0 nothing is missing, 1 something is missing or the server does not answer, "
        "2 a mistake in the definitions; only the selected rules count",
    )
    parser.add_argument("cell", help="the cell, by the name of its folder in stacks")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    add_format(parser)
    add_selection(parser)
    options = parser.parse_args(argv)
    selection = selection_of(options)
    cell = resolved_cell(options.root, options.cell)
    # Loaded here: the client takes KUBECONFIG from the environment when it is imported.
    from aerofleet.live.cluster_api import ClusterApi
    from aerofleet.live.preflight import preflight

    all_findings = tuple(preflight(cell, render_cell(cell), ClusterApi(cell.context)))
    findings = selection.of_findings(all_findings)
    code = print_findings(findings, options.format, of_input=False)
    if not findings and options.format == "text":
        others = left_out(len(all_findings) - len(findings))
        sys.stdout.write(
            f"{cell.name}: {'nothing of these rules is missing' if others else 'everything is there'}{others}\n"
        )
    return code or ExitCode.FINE
