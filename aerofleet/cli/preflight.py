"""`aerofleet preflight`: does the Kubernetes cluster have what a cell needs of it? Reads only."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE, EXIT_MISTAKE
from aerofleet.cli.findings import print_findings
from aerofleet.cli.render import resolved
from aerofleet.findings.formats import FORMATS
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
    parser.add_argument("--format", choices=tuple(FORMATS), default="text")
    options = parser.parse_args(argv)
    cell = resolved(options.root, options.cell)
    if cell is None:
        return EXIT_MISTAKE
    # Loaded here: the client takes KUBECONFIG from the environment when it is imported.
    from aerofleet.live.cluster_api import ClusterApi, ClusterUnreachableError
    from aerofleet.live.preflight import preflight

    try:
        found = tuple(preflight(cell, render_cell(cell), ClusterApi(cell.context)))
    except ClusterUnreachableError as error:
        sys.stderr.write(f"aerofleet preflight: {error}\n")
        return EXIT_FINDINGS
    code = print_findings(found, options.format, of_input=False)
    if not found and options.format == "text":
        sys.stdout.write(f"{cell.name}: everything is there\n")
    return code or EXIT_FINE
