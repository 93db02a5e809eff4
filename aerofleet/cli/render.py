"""`aerofleet render`: the Kubernetes objects of a cell, as `pulumi up` would apply them."""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from aerofleet.cli import EXIT_FINE, EXIT_MISTAKE
from aerofleet.engine.settings import Settings, settings_of
from aerofleet.files.validation import nearest
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.fleet.stack_name import StackName, stack_names
from aerofleet.load import yaml_text
from aerofleet.manifests import RenderedCell, render_cell
from aerofleet.manifests.rendered import Object
from aerofleet.settings.source import cells
from aerofleet.units.cluster_key import cluster_key

SCHEMA = "aerofleet.io/render/v1"
Row = tuple[str, Object]


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="aerofleet render", description=__doc__)
    parser.add_argument("cell", nargs="*", help="cells to render; all when left out")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    parser.add_argument(
        "--format",
        choices=("yaml", "json"),
        default="yaml",
        help="json: objects and their stacks",
    )
    parser.add_argument("--cluster", metavar="TEAM/CLUSTER", help="only the objects of one cluster")
    options = parser.parse_args(argv)
    with uncollected():
        return render(options)


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection meanwhile: what is built is kept until it is printed, and looking through it again and
    again would take a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def render(options: argparse.Namespace) -> int:
    rows: list[Row] = []
    known: list[str] = []
    settings: dict[str, Settings] = {}
    for name in options.cell or cells(options.root):
        cell = resolved(options.root, name)
        if cell is None:
            return EXIT_MISTAKE
        known += [cluster.key for cluster in cell.clusters if cluster.is_deployed]
        rendered = render_cell(cell)
        rows += rows_of(rendered, str(stack_names(cell)[0]), options.cluster)
        settings |= settings_of(cell, rendered)
    if not rows:
        hint = f"no cluster '{options.cluster}' here; {nearest(options.cluster, known)}" if known else "no cell here"
        sys.stderr.write(f"aerofleet render: nothing to render: {hint}\n")
        return EXIT_MISTAKE
    write_json(rows, settings) if options.format == "json" else write_yaml(rows)
    return EXIT_FINE


def resolved(root: Path, name: str) -> Cell | None:
    """The cell alone, without what it was made from, or None and its mistakes on standard error."""
    resolution = resolve_cell(root, name)
    if resolution.cell is None:
        from aerofleet.findings.formats.text import as_text

        sys.stderr.write(as_text(resolution.findings))
    return resolution.cell


def rows_of(cell: RenderedCell, platform: str, cluster: str | None) -> Iterator[Row]:
    """(stack, object) in the order in which they are made."""
    if cluster is None:
        yield from ((platform, each) for each in cell.platform.objects())
    for team in cell.teams:
        stack = str(StackName(cell.name, team.group))
        if cluster is None:
            yield from ((stack, each) for each in team.objects)
        for built in team.clusters:
            if cluster in (None, cluster_key(team.name, built.name)):
                yield from ((stack, each) for each in built.objects)


def write_json(rows: Sequence[Row], settings: Mapping[str, Settings]) -> None:
    """One object a line: a diff of two outputs then names the objects that differ."""
    lines = ",\n".join(json.dumps({"stack": stack, "object": each}) for stack, each in rows)
    stacks = json.dumps(settings)
    sys.stdout.write(f'{{"schema": "{SCHEMA}", "stacks": {stacks}, "objects": [\n{lines}\n]}}\n')


def write_yaml(rows: Sequence[Row]) -> None:
    for stack, each in rows:
        text = yaml_text(each, width=120)
        sys.stdout.write(f"---\n# stack: {stack}\n{text}")
