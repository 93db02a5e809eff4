"""`aerofleet new-team`: add a team to a cell: its entry in tenants.yaml, its file, its Kubernetes namespace."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from aerofleet.authoring.new_team import QUOTA, TeamRequest, new_team
from aerofleet.cli.printing import print_line
from aerofleet.findings.exit_code import ExitCode


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(prog="aerofleet new-team", description=__doc__)
    parser.add_argument("team", help="lower-case letters, digits and dashes")
    parser.add_argument("--cell", help="needed if there are several cells")
    parser.add_argument("--tiers", nargs="+", default=[], metavar="TIER", help="granted tiers; all tiers if left out")
    parser.add_argument("--pools", nargs="+", default=[], metavar="POOL", help="granted pools; all pools if left out")
    larger = "more if one cluster of each granted tier needs more"
    parser.add_argument("--clusters", help=f"quota: number of clusters (default 2, {larger})")
    parser.add_argument("--pods", help=f"quota: pods of all clusters (default 12, {larger})")
    parser.add_argument("--memory", help=f"quota: memory of all pods (default 256Gi, {larger})")
    parser.add_argument("--cpu", help=f"quota: cores of all pods (default 100, {larger})")
    parser.add_argument("--storage", help=f"quota: storage of all pods (default 10Ti, {larger})")
    clients = "Kubernetes namespaces of the team's clients"
    parser.add_argument("--client-namespaces", nargs="+", default=[], metavar="NAMESPACE", help=clients)
    parser.add_argument("--groups", nargs="+", default=[], metavar="GROUP", help="groups that may read its objects")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    options = parser.parse_args(argv)
    quota = {key: value for key in QUOTA if (value := getattr(options, key)) is not None}
    request = TeamRequest(options.team, options.tiers, options.pools, quota, options.client_namespaces, options.groups)
    for path in new_team(options.root, options.cell, request):
        print_line(f"{path}: written")
    return ExitCode.FINE
