"""`aerofleet new-team`: give a team a place in a cell: its tenant entry, its file, its Kubernetes namespace."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from aerofleet.cli import EXIT_MISTAKE
from aerofleet.cli.new_definition import RequestMistakeError, cell_of, write_with_allocations
from aerofleet.load import LoadError
from aerofleet.load import read as read_yaml
from aerofleet.model.source import STACKS
from aerofleet.model.tier_file import read_tiers

TEAM_FILE = """\
# yaml-language-server: $schema=../../../docs/reference/schemas/team.json
team: {team}
clusters: {{}}
"""
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
        cell = cell_of(options.root, options.cell)
        folder = STACKS / cell
        texts = {
            folder / "tenants.yaml": with_tenant(options, folder),
            folder / "teams" / f"{options.team}.yaml": TEAM_FILE.format(team=options.team),
        }
    except (RequestMistakeError, LoadError) as error:
        sys.stderr.write(f"aerofleet new-team: {error}\n")
        return EXIT_MISTAKE
    return write_with_allocations(options.root, texts)


def with_tenant(options: argparse.Namespace, folder: Path) -> str:
    """tenants.yaml with the team at its end; everything that stands in it, comments too, stays as it is."""
    path = options.root / folder / "tenants.yaml"
    data = read_yaml(path, str(folder / "tenants.yaml")).data
    teams = data.get("teams") if isinstance(data, dict) else None
    if not isinstance(teams, dict):
        raise RequestMistakeError(f"{folder / 'tenants.yaml'} has no mapping 'teams'")
    if options.team in teams:
        raise RequestMistakeError(f"team '{options.team}' is in {folder / 'tenants.yaml'} already")
    text: str = path.read_text(encoding="utf-8")
    if not teams:
        text = text.replace("teams: {}", "teams:")
    return text.rstrip("\n") + "\n" + indented(tenant_entry(options), 2)


def tenant_entry(options: argparse.Namespace) -> str:
    tiers = options.tiers or [name for name in read_tiers(options.root)[0].names if name != "base"]
    pools = options.pools or pool_names(options)
    quota = ", ".join(f"{key}: {getattr(options, key)}" for key in QUOTA)
    lines = [f"{options.team}:", f"  tiers: {flow(tiers)}", f"  pools: {flow(pools)}", f"  quota: {{{quota}}}"]
    if options.client_namespaces:
        lines.append(f"  clientNamespaces: {flow(options.client_namespaces)}")
    if options.groups:
        lines.append(f"  groups: {flow(options.groups)}")
    return "\n".join(lines)


def pool_names(options: argparse.Namespace) -> list[str]:
    path = STACKS / cell_of(options.root, options.cell) / "pools.yaml"
    data = read_yaml(options.root / path, str(path)).data
    return list(data["pools"]) if isinstance(data, dict) and isinstance(data.get("pools"), dict) else []


def flow(values: Sequence[str]) -> str:
    return yaml.safe_dump(list(values), default_flow_style=True, width=1000).strip()


def indented(text: str, blanks: int) -> str:
    return "".join(f"{' ' * blanks}{line}\n" for line in text.split("\n"))
