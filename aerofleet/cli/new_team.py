"""`aerofleet new-team`: give a team a place in a cell: its tenant entry, its file, its Kubernetes namespace."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from aerofleet.authoring.new_team import QUOTA, TeamRequest, new_team
from aerofleet.cli.printing import print_line
from aerofleet.findings.exit_code import ExitCode


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(prog="aerofleet new-team", description=__doc__)
    parser.add_argument("team", help="small letters, digits and dashes")
    parser.add_argument("--cell", help="may be left out where there is only one")
    parser.add_argument("--tiers", nargs="+", default=[], metavar="TIER", help="granted tiers; every one when left out")
    parser.add_argument("--pools", nargs="+", default=[], metavar="POOL", help="granted pools; every one when left out")
    parser.add_argument("--clusters", help="quota: clusters (2, or one of each granted tier)")
    parser.add_argument("--pods", help="quota: pods of all clusters (12, or those of one cluster of each tier)")
    parser.add_argument("--memory", help="quota: memory of all pods (256Gi, or likewise)")
    parser.add_argument("--cpu", help="quota: cores of all pods (100, or likewise)")
    parser.add_argument("--storage", help="quota: storage of all pods (10Ti, or likewise)")
    parser.add_argument("--client-namespaces", nargs="+", default=[], metavar="NAMESPACE", help="where its clients run")
    parser.add_argument("--groups", nargs="+", default=[], metavar="GROUP", help="who may look at its objects")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    options = parser.parse_args(argv)
    quota = {key: value for key in QUOTA if (value := getattr(options, key)) is not None}
    request = TeamRequest(options.team, options.tiers, options.pools, quota, options.client_namespaces, options.groups)
    for path in new_team(options.root, options.cell, request):
        print_line(f"{path}: written")
    return ExitCode.FINE
