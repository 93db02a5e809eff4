"""`aerofleet new-cluster`: add a cluster to a team's file, with its workload, and give it ports, names and devices."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

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
from aerofleet.cli.new_team import team_text
from aerofleet.load import LoadError, read
from aerofleet.settings.source import STACKS

WORKLOAD = ("objects", "record", "reads", "writes")


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="aerofleet new-cluster", description=__doc__)
    parser.add_argument("cluster", metavar="TEAM/CLUSTER")
    parser.add_argument("--tier", required=True, help="a standard under templates/tiers")
    parser.add_argument("--objects", required=True, help="records, each counted once: 20M")
    parser.add_argument("--record", required=True, help="average size of a record: 400B")
    parser.add_argument("--reads", required=True, help="reads per second on average: 60k/s")
    parser.add_argument("--writes", required=True, help="writes per second on average: 20k/s")
    parser.add_argument("--cell", help="may be left out where there is only one")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    options = parser.parse_args(argv)
    try:
        team, name = split_key(options.cluster)
        folder = f"{STACKS}/{cell_of(options.root, options.cell)}"
        path = f"{folder}/teams/{team}.yaml"
        workload = {key: plain(getattr(options, key)) for key in WORKLOAD}
        entry = {"tier": options.tier, "workload": workload}
        changed = with_entry(file_of(options.root, folder, team), path, "clusters", name, entry)
    except (RequestMistakeError, LoadError) as error:
        sys.stderr.write(f"aerofleet new-cluster: {error}\n")
        return EXIT_MISTAKE
    return write_with_allocations(options.root, {path: changed})


def file_of(root: Path, folder: str, team: str) -> str:
    """The text of the team's file, or of a new one for a tenant. Raises RequestMistakeError, LoadError."""
    path = f"{folder}/teams/{team}.yaml"
    if (root / path).exists():
        return existing_text(root, path)
    if team not in entries_of(read(root / folder / "tenants.yaml", f"{folder}/tenants.yaml"), "teams"):
        raise RequestMistakeError(f"{path} is not there; `aerofleet new-team` makes it")
    return team_text(team)


def split_key(key: str) -> tuple[str, str]:
    team, _, name = key.partition("/")
    if not team or not name:
        raise RequestMistakeError(f"write TEAM/CLUSTER, not '{key}'")
    return team, name
