"""`aerofleet new-cluster`: add a cluster and its workload to a team's file; allocate its ports, names and devices."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from aerofleet.authoring.new_cluster import WORKLOAD, new_cluster
from aerofleet.cli.printing import print_line
from aerofleet.findings.exit_code import ExitCode


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(prog="aerofleet new-cluster", description=__doc__)
    parser.add_argument("cluster", metavar="TEAM/CLUSTER")
    parser.add_argument(
        "--tier", required=True, help="a tier of the project (gold) or of the product (aerofleet/gold@2)"
    )
    parser.add_argument("--objects", required=True, help="number of records, without their replicas, such as 20M")
    parser.add_argument("--record", required=True, help="average size of a record, such as 400B")
    parser.add_argument("--reads", required=True, help="average reads per second, such as 60k/s")
    parser.add_argument("--writes", required=True, help="average writes per second, such as 20k/s")
    parser.add_argument("--cell", help="needed if there are several cells")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    options = parser.parse_args(argv)
    workload = {key: getattr(options, key) for key in WORKLOAD}
    for path in new_cluster(options.root, options.cell, options.cluster, options.tier, workload):
        print_line(f"{path}: written")
    return ExitCode.FINE
