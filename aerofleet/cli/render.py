"""`aerofleet render`: the Kubernetes objects of a cell, as `pulumi up` would apply them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.engine.rendering import as_json, as_yaml, rendering_of, without_garbage_collection
from aerofleet.findings.exit_code import ExitCode


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(prog="aerofleet render", description=__doc__)
    parser.add_argument("cell", nargs="*", help="cells to render; all when left out")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    parser.add_argument("--format", choices=("yaml", "json"), default="yaml", help="json: objects and their stacks")
    parser.add_argument("--cluster", metavar="TEAM/CLUSTER", help="only the objects of one cluster")
    options = parser.parse_args(argv)
    with without_garbage_collection():
        rendering = rendering_of(options.root, options.cell, options.cluster)
        sys.stdout.write(as_json(rendering) if options.format == "json" else as_yaml(rendering))
    return ExitCode.FINE
