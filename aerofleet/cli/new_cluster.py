"""`aerofleet new-cluster`: add a cluster to a team's file, with its workload, and give it ports, names and devices."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.cli import EXIT_MISTAKE
from aerofleet.cli.new_definition import RequestMistakeError, cell_of, write_with_allocations
from aerofleet.load import LoadError
from aerofleet.load import read as read_yaml
from aerofleet.model.source import STACKS

CLUSTER = """\
  {name}:
    tier: {tier}
    workload: {{objects: {objects}, record: {record}, reads: {reads}, writes: {writes}}}
"""
GIVEN = ("tier", "objects", "record", "reads", "writes")


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
        path = STACKS / cell_of(options.root, options.cell) / "teams" / f"{team}.yaml"
        text = with_cluster(options, path, name)
    except (RequestMistakeError, LoadError) as error:
        sys.stderr.write(f"aerofleet new-cluster: {error}\n")
        return EXIT_MISTAKE
    return write_with_allocations(options.root, {path: text})


def split_key(key: str) -> tuple[str, str]:
    team, _, name = key.partition("/")
    if not team or not name:
        raise RequestMistakeError(f"write TEAM/CLUSTER, not '{key}'")
    return team, name


def with_cluster(options: argparse.Namespace, path: Path, name: str) -> str:
    """The team's file with the cluster at its end; everything that stands in it, comments too, stays as it is."""
    file = options.root / path
    if not file.is_file():
        raise RequestMistakeError(f"{path} is not there; `aerofleet new-team` makes it")
    data = read_yaml(file, str(path)).data
    clusters = data.get("clusters") if isinstance(data, dict) else None
    if clusters is not None and not isinstance(clusters, dict):
        raise RequestMistakeError(f"{path} has no mapping 'clusters'")
    if clusters and name in clusters:
        raise RequestMistakeError(f"cluster '{name}' is in {path} already")
    text: str = file.read_text(encoding="utf-8").rstrip("\n") + "\n"
    if clusters is None:
        text += "clusters:\n"
    elif not clusters:
        text = text.replace("clusters: {}", "clusters:")
    return text + CLUSTER.format(name=name, **{key: getattr(options, key) for key in GIVEN})
