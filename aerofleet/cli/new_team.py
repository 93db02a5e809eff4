"""`aerofleet new-team`: give a team a place in a cell: its tenant entry, its file, its Kubernetes namespace."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aerofleet.cli import EXIT_MISTAKE
from aerofleet.cli.new_definition import (
    RequestMistakeError,
    cell_of,
    entries_of,
    existing_text,
    plain,
    with_entry,
    write_with_allocations,
)
from aerofleet.load import LoadError, read
from aerofleet.model.files import Files
from aerofleet.model.source import STACKS
from aerofleet.model.tier_file import read_tiers

QUOTA = ("clusters", "pods", "memory", "cpu", "storage")


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="aerofleet new-team", description=__doc__)
    parser.add_argument("team", help="small letters, digits and dashes")
    parser.add_argument("--cell", help="may be left out where there is only one")
    parser.add_argument("--tiers", nargs="+", metavar="TIER", help="granted tiers; every one when left out")
    parser.add_argument("--pools", nargs="+", metavar="POOL", help="granted pools; every one when left out")
    parser.add_argument("--clusters", type=int, default=2, help="quota: clusters (%(default)s)")
    parser.add_argument("--pods", type=int, default=12, help="quota: pods of all clusters (%(default)s)")
    parser.add_argument("--memory", default="256Gi", help="quota: memory of all pods (%(default)s)")
    parser.add_argument("--cpu", default="100", help="quota: cores of all pods (%(default)s)")
    parser.add_argument("--storage", default="10Ti", help="quota: storage of all pods (%(default)s)")
    parser.add_argument("--client-namespaces", nargs="+", default=[], metavar="NAMESPACE", help="where its clients run")
    parser.add_argument("--groups", nargs="+", default=[], metavar="GROUP", help="who may look at its objects")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    options = parser.parse_args(argv)
    try:
        folder = f"{STACKS}/{cell_of(options.root, options.cell)}"
        texts = {f"{folder}/tenants.yaml": with_tenant(options, folder)}
    except (RequestMistakeError, LoadError) as error:
        sys.stderr.write(f"aerofleet new-team: {error}\n")
        return EXIT_MISTAKE
    team_file = f"{folder}/teams/{options.team}.yaml"
    if not (options.root / team_file).exists():
        texts[team_file] = team_text(options.team)
    return write_with_allocations(options.root, texts)


def team_text(team: str) -> str:
    """A team's file before its first cluster."""
    schema = "# yaml-language-server: $schema=../../../docs/reference/schemas/team.json"
    return f"{schema}\nteam: {team}\nclusters: {{}}\n"


def with_tenant(options: argparse.Namespace, folder: str) -> str:
    """tenants.yaml with the team at its end."""
    name = f"{folder}/tenants.yaml"
    return with_entry(existing_text(options.root, name), name, "teams", options.team, tenant_entry(options, folder))


def tenant_entry(options: argparse.Namespace, folder: str) -> dict[str, Any]:
    pools = read(options.root / folder / "pools.yaml", f"{folder}/pools.yaml")
    entry: dict[str, Any] = {
        "tiers": options.tiers or granted_tiers(options.root),
        "pools": options.pools or list(entries_of(pools, "pools")),
        "quota": {key: plain(str(getattr(options, key))) for key in QUOTA},
    }
    if options.client_namespaces:
        entry["clientNamespaces"] = options.client_namespaces
    if options.groups:
        entry["groups"] = options.groups
    return entry


def granted_tiers(root: Path) -> list[str]:
    return [name for name in read_tiers(Files(root))[0].names if name != "base"]
