"""`aerofleet render`: print the Kubernetes objects of a cell, exactly as `pulumi up` applies them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.engine.rendering import as_json, as_yaml, rendering_of, without_garbage_collection
from aerofleet.findings.exit_code import ExitCode


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(prog="aerofleet render", description=__doc__)
    parser.add_argument("cell", nargs="*", help="cells to render; all cells if none is named")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    parser.add_argument(
        "--format", choices=("yaml", "json"), default="yaml", help="json has the stack of each object, too"
    )
    parser.add_argument("--cluster", metavar="TEAM/CLUSTER", help="print only the objects of this cluster")
    options = parser.parse_args(argv)
    with without_garbage_collection():
        rendering = rendering_of(options.root, options.cell, options.cluster)
        sys.stdout.write(as_json(rendering) if options.format == "json" else as_yaml(rendering))
    return ExitCode.FINE
