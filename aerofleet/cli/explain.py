"""`aerofleet explain`: where a value of a cluster comes from, what it overrode, which formula made it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from aerofleet.cli import EXIT_FINE, EXIT_MISTAKE
from aerofleet.cli.findings import as_text, no_cell
from aerofleet.model import cells, resolve_cell
from aerofleet.model.provenance import SIZING, Explained, explain_cluster, explain_sizing
from aerofleet.model.resolve import Resolution
from aerofleet.model.validation import nearest

SCHEMA = "aerofleet.io/explain/v1"


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
    known = cells(options.root)
    if not known:
        sys.stderr.write(f"aerofleet explain: {no_cell(options.root)}\n")
        return EXIT_MISTAKE
    if options.cell and options.cell not in known:
        sys.stderr.write(f"aerofleet explain: there is no cell '{options.cell}'; {nearest(options.cell, known)}\n")
        return EXIT_MISTAKE
    asked_cells = [options.cell] if options.cell else known
    resolutions = {name: resolve_cell(options.root, name) for name in asked_cells}
    holding = [name for name, each in resolutions.items() if options.cluster in written_in(each)]
    if len(holding) != 1:
        sys.stderr.write(f"aerofleet explain: {not_found(options.cluster, holding, resolutions)}\n")
        return EXIT_MISTAKE
    resolution = resolutions[holding[0]]
    if not is_explicable(resolution, options.cluster):
        sys.stderr.write(as_text(resolution.findings))
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
        sys.stdout.write("".join(f"{line}\n" for each in asked for line in lines_of(each)))
    return EXIT_FINE


def is_explicable(resolution: Resolution, cluster: str) -> bool:
    """Is every file read from which the cluster's values come? What else is wrong is no reason not to explain them."""
    source = resolution.source
    return source is not None and source.is_complete and cluster in resolution.settings


def written_in(resolution: Resolution) -> list[str]:
    return [each.key for each in resolution.source.clusters] if resolution.source else []


def not_found(cluster: str, holding: list[str], resolutions: dict[str, Resolution]) -> str:
    if holding:
        return f"{cluster} is in the cells {', '.join(holding)}: say which one with --cell"
    known = sorted({key for each in resolutions.values() for key in written_in(each)})
    near = [key for key in known if key.endswith(f"/{cluster}")] or get_close_matches(cluster, known, n=1)
    return f"there is no cluster '{cluster}'" + (f"; did you mean '{near[0]}'?" if near else "")


def no_path(path: str, values: list[Explained]) -> str:
    near = get_close_matches(path, [name for each in values for name in (each.path, *each.aliases)], n=1)
    return f"nothing is set at '{path}'" + (f"; did you mean '{near[0]}'?" if near else "")


def lines_of(each: Explained) -> Iterator[str]:
    yield f"{each.aliases[0] if each.aliases else each.path} = {shown(each.value)}"
    yield f"    {each.location}  {each.layer}"
    if each.formula:
        yield f"    formula {each.formula} reads {', '.join(each.inputs)}"
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
        "overrode": [
            {"value": below.value, "layer": below.layer.name, "location": str(below.location)}
            for below in each.overrode
        ],
    }
