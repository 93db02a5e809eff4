"""`aerofleet explain`: where a value of a cluster comes from, what it overrode, which formula made it."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from aerofleet.analysis.size import cluster_sizing
from aerofleet.cli import EXIT_FINE, EXIT_MISTAKE
from aerofleet.cli.defined_cluster import NoClusterError, find_cluster
from aerofleet.cli.size_cluster import conclusion
from aerofleet.fleet.provenance import GIVEN, SECRETS, SIZING, Explained, explain_cluster, explain_sizing
from aerofleet.fleet.resolve import Resolution

SCHEMA = "aerofleet.io/explain/v1"
SEPARATOR = re.compile(r"[.\[\]]+")
SUGGESTED = 3
"""Paths in a hint."""


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="aerofleet explain", description=__doc__)
    parser.add_argument("cluster", metavar="TEAM/CLUSTER")
    parser.add_argument(
        "path", nargs="?", default="", help="namespaces.cart.defaultTtl, resources, given.ports, sizing, …"
    )
    parser.add_argument("--cell", help="needed where the cluster stands in several cells")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    options = parser.parse_args(argv)
    try:
        resolution = find_cluster("explain", options.root, options.cell, options.cluster)
    except NoClusterError as error:
        sys.stderr.write(str(error))
        return EXIT_MISTAKE
    if resolution.cell is None:
        sys.stderr.write("the definitions have mistakes, which `aerofleet check` shows; this is what they say now\n")
    values = explain_cluster(resolution, options.cluster)
    if options.path.split(".")[0] == SIZING:
        values += explain_sizing(resolution, options.cluster)
    asked = [each for each in values if each.is_at(options.path)]
    if not asked:
        sys.stderr.write(f"aerofleet explain: {no_path(options.path, values)}\n")
        return EXIT_MISTAKE
    if options.format == "json":
        rows = [as_json(each) for each in asked]
        sys.stdout.write(json.dumps({"schema": SCHEMA, "values": rows}, indent=2, default=str) + "\n")
    else:
        first = first_lines(resolution, options.cluster) if options.path == SIZING else ()
        sys.stdout.write(
            "".join(f"{line}\n" for line in (*first, *(line for each in asked for line in lines_of(each))))
        )
    return EXIT_FINE


def first_lines(resolution: Resolution, cluster: str) -> Iterator[str]:
    """Yield the conclusion that the figures lead to, and the verb that compares need and have."""
    with suppress(ValueError):
        yield from conclusion(cluster, *cluster_sizing(resolution, cluster))
        yield f"need and have in a table: aerofleet size {cluster}"


def no_path(path: str, values: list[Explained]) -> str:
    """Return that nothing is at ``path``, with the paths that are meant: those that end in it, or the nearest one."""
    known = list(dict.fromkeys(each.aliases[0] if each.aliases else each.path for each in values))
    settings = [name for name in known if not name.startswith((GIVEN, SECRETS))]
    ending = [name for name in settings if path in SEPARATOR.split(name)]
    near = sorted(ending, key=lambda name: (not name.endswith(path), len(name)))[:SUGGESTED]
    near = near or get_close_matches(path, known, n=1)
    return f"nothing is set at '{path}'" + (f"; did you mean {' or '.join(map(repr, near))}?" if near else "")


def lines_of(each: Explained) -> Iterator[str]:
    yield f"{each.aliases[0] if each.aliases else each.path} = {shown(each.value)}"
    yield f"    {each.location}  {each.layer}"
    if each.formula:
        yield f"    formula {each.formula} reads {', '.join(each.inputs)}"
    for note in each.notes:
        yield f"    {note}"
    for below in reversed(each.overrode):
        yield f"    over {shown(below.value)}  {below.location}  {below.layer.name}"


def shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def as_json(each: Explained) -> dict[str, Any]:
    return {
        "path": each.path,
        "value": each.value,
        "layer": each.layer,
        "location": str(each.location),
        "formula": each.formula,
        "inputs": each.inputs,
        "notes": each.notes,
        "overrode": [
            {"value": below.value, "layer": below.layer.name, "location": str(below.location)}
            for below in each.overrode
        ],
    }
