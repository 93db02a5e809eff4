"""`aerofleet new-team`: give a team a place in a cell: its tenant entry, its file, its Kubernetes namespace."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aerofleet.cli import EXIT_MISTAKE
from aerofleet.cli.generate import RequestMistakeError
from aerofleet.cli.new_definition import (
    cell_of,
    entries_of,
    existing_text,
    plain,
    with_entry,
    write_with_allocations,
)
from aerofleet.files.project_files import Files
from aerofleet.files.validation import nearest
from aerofleet.fleet.checks.tenants import quota_use
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.load import LoadError, read, yaml_text
from aerofleet.settings.source import STACKS
from aerofleet.settings.tiers import read_tiers

QUOTA = ("clusters", "pods", "memory", "cpu", "storage")
OPTIONS = tuple(f"--{key}" for key in QUOTA)
LEAST = {"clusters": 2, "pods": 12, "memory": 256 << 30, "cpu": 100_000, "storage": 10 << 40}
"""The default quota of a team with small tiers: bytes, thousandths of a core."""
GIB = 1 << 30
SAMPLE_TEAM = "aerofleet-default-quota"
"""The team that a default quota is worked out for; its own name may be one that no team can have."""
SMALLEST = {"objects": 1, "record": 1, "reads": 1, "writes": 1}
"""A workload that every size of a tier carries."""


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="aerofleet new-team", description=__doc__)
    parser.add_argument("team", help="small letters, digits and dashes")
    parser.add_argument("--cell", help="may be left out where there is only one")
    parser.add_argument("--tiers", nargs="+", metavar="TIER", help="granted tiers; every one when left out")
    parser.add_argument("--pools", nargs="+", metavar="POOL", help="granted pools; every one when left out")
    parser.add_argument("--clusters", help="quota: clusters (2, or one of each granted tier)")
    parser.add_argument("--pods", help="quota: pods of all clusters (12, or those of one cluster of each tier)")
    parser.add_argument("--memory", help="quota: memory of all pods (256Gi, or likewise)")
    parser.add_argument("--cpu", help="quota: cores of all pods (100, or likewise)")
    parser.add_argument("--storage", help="quota: storage of all pods (10Ti, or likewise)")
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
    known = granted_tiers(options.root)
    for tier in options.tiers or ():
        if tier not in known:
            raise RequestMistakeError(f"there is no tier '{tier}'; {nearest(tier, known)}")
    entry: dict[str, Any] = {
        "tiers": options.tiers or known,
        "pools": options.pools or list(entries_of(pools, "pools")),
    }
    default = default_quota(options, folder, entry)
    asked = {key: plain(str(value)) for key in QUOTA if (value := getattr(options, key)) is not None}
    entry["quota"] = {key: asked.get(key, default[key]) for key in QUOTA}
    if options.client_namespaces:
        entry["clientNamespaces"] = options.client_namespaces
    if options.groups:
        entry["groups"] = options.groups
    return entry


def default_quota(options: argparse.Namespace, folder: str, tenant: Mapping[str, Any]) -> dict[str, int | str]:
    """Return a quota that carries one cluster of each granted tier, as the tier writes it, and at least ``LEAST``.

    Raises RequestMistakeError where no granted tier can be resolved.
    """
    most = {"clusters": 10**6, "pods": 10**6, "memory": "1000Pi", "cpu": 10**6, "storage": "1000Pi"}
    name = f"{folder}/tenants.yaml"
    entry = {**tenant, "quota": most}
    clusters = {f"one-{index}": {"tier": tier, "workload": SMALLEST} for index, tier in enumerate(tenant["tiers"])}
    texts = {
        name: with_entry(existing_text(options.root, name), name, "teams", SAMPLE_TEAM, entry),
        f"{folder}/teams/{SAMPLE_TEAM}.yaml": yaml_text({"team": SAMPLE_TEAM, "clusters": clusters}),
    }
    settings = resolve_cell(options.root, folder.rpartition("/")[2], texts).settings
    known = [settings[key].settings for name in clusters if (key := f"{SAMPLE_TEAM}/{name}") in settings]
    if not known:
        raise RequestMistakeError(f"no default quota for {', '.join(tenant['tiers'])}: write {' '.join(OPTIONS)}")
    quota = {what: max(amount, LEAST[what]) for what, amount in quota_use(known).items()}
    return {
        "clusters": quota["clusters"],
        "pods": quota["pods"],
        "memory": f"{math.ceil(quota['memory'] / GIB)}Gi",
        "cpu": math.ceil(quota["cpu"] / 1000),
        "storage": f"{math.ceil(quota['storage'] / GIB)}Gi",
    }


def granted_tiers(root: Path) -> list[str]:
    return [name for name in read_tiers(Files(root))[0].names if name != "base"]
