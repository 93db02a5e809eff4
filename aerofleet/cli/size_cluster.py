"""`aerofleet size TEAM/CLUSTER`: what a defined cluster needs for its workload, against what it has."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from aerofleet.analysis.size import cluster_sizing
from aerofleet.cli import EXIT_FINE, EXIT_MISTAKE, EXIT_NO_FIT
from aerofleet.cli.defined_cluster import NoClusterError, find_cluster
from aerofleet.cli.size_text import date_of, limits, settings, tables
from aerofleet.fleet.auto_size import told
from aerofleet.sizing import Shortfall, Sizing, thresholds
from aerofleet.units.amount import counted

SCHEMA = "aerofleet.io/size-cluster/v1"


def size_cluster(cluster: str, root: Path, cell: str | None, form: str) -> int:
    """Print the need and what there is, the conclusion first; return the exit code."""
    try:
        resolution = find_cluster("size", root, cell, cluster)
        sizing, lacks = cluster_sizing(resolution, cluster)
    except NoClusterError as error:
        sys.stderr.write(str(error))
        return EXIT_MISTAKE
    except ValueError as error:
        sys.stderr.write(f"aerofleet size: the sizing can't read {cluster}: {error}\n")
        return EXIT_MISTAKE
    show = as_json if form == "json" else as_text
    sys.stdout.write(show(cluster, sizing, lacks))
    return EXIT_NO_FIT if lacks else EXIT_FINE


def as_text(cluster: str, sizing: Sizing, lacks: Sequence[Shortfall]) -> str:
    lines = [*conclusion(cluster, sizing, lacks), *tables(sizing), *limits(sizing), *settings(sizing.pod)]
    return "".join(f"{line}\n" for line in lines)


def conclusion(cluster: str, sizing: Sizing, lacks: Sequence[Shortfall]) -> Iterator[str]:
    months = counted(sizing.assumptions.months, "month")
    racks = f"{counted(sizing.racks, 'rack')} × {sizing.nodes_per_rack} = {counted(sizing.nodes, 'node')}"
    if not lacks:
        yield f"{cluster}, {racks}: holds its workload for {months}"
        return
    yield f"{cluster}, {racks}: does not hold its workload for {months}"
    for each in lacks:
        yield f"  {told(each)}"
    yield "a larger size, larger pods, or `size: auto` for the fewest pods that are enough"


def as_json(cluster: str, sizing: Sizing, lacks: Sequence[Shortfall]) -> str:
    data = {
        "schema": SCHEMA,
        "cluster": cluster,
        "fits": not lacks,
        "racks": sizing.racks,
        "nodesPerRack": sizing.nodes_per_rack,
        "until": date_of(sizing),
        "shortfalls": [asdict(each) for each in lacks],
        "comparisons": [asdict(each) | {"fits": each.fits} for each in sizing.comparisons],
        "moments": [asdict(each) for each in (sizing.now, sizing.peak, sizing.date)],
        "thresholds": [asdict(each) for each in thresholds(sizing)],
        "pod": asdict(sizing.pod),
    }
    return json.dumps(data, indent=2) + "\n"
