"""The objects of whole cells with the stacks that make them: what `aerofleet render` prints."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aerofleet.engine.changed import StackObject
from aerofleet.engine.settings import StackSettings, settings_of
from aerofleet.files.validation import nearest
from aerofleet.findings.stop import MistakeError
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.lookup import resolved_cell
from aerofleet.fleet.stack_name import stack_names
from aerofleet.load import yaml_text
from aerofleet.manifests import render_cell
from aerofleet.manifests.stack_objects import stack_objects
from aerofleet.settings.source import cells

SCHEMA = "aerofleet.io/render/v1"


@dataclass(frozen=True, slots=True)
class Rendering:
    """``objects``: in the order in which they are made. ``settings``: stack → its settings beside its objects."""

    objects: tuple[StackObject, ...]
    settings: Mapping[str, StackSettings]


def rendering_of(root: Path, names: Sequence[str], cluster: str | None = None) -> Rendering:
    """Return the rendering of the named cells, or of all without a name; with ``cluster`` only that cluster's objects.

    Raises MistakeError for definitions with mistakes, and where nothing is left to render.
    """
    resolved = [resolved_cell(root, name) for name in names or cells(root)]
    rendering = rendering_of_cells(resolved, cluster)
    if not rendering.objects:
        known = [cluster.key for cell in resolved for cluster in cell.clusters if cluster.is_deployed]
        hint = f"no cluster '{cluster}' here; {nearest(cluster or '', known)}" if known else "no cell here"
        raise MistakeError(f"nothing to render: {hint}")
    return rendering


def rendering_of_cells(resolved: Sequence[Cell], cluster: str | None = None) -> Rendering:
    objects: list[StackObject] = []
    settings: dict[str, StackSettings] = {}
    for cell in resolved:
        rendered = render_cell(cell)
        objects += stack_objects(rendered, str(stack_names(cell)[0]), cluster)
        settings |= settings_of(cell, rendered)
    return Rendering(tuple(objects), settings)


def as_json(rendering: Rendering) -> str:
    """Return JSON with one object a line: a diff of two outputs then names the objects that differ."""
    lines = ",\n".join(json.dumps({"stack": stack, "object": manifest}) for stack, manifest in rendering.objects)
    settings = json.dumps(rendering.settings)
    return f'{{"schema": "{SCHEMA}", "stacks": {settings}, "objects": [\n{lines}\n]}}\n'


def as_yaml(rendering: Rendering) -> str:
    return "".join(f"---\n# stack: {stack}\n{yaml_text(manifest, width=120)}" for stack, manifest in rendering.objects)


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Switch garbage collection off meanwhile: everything that is built is kept until it is printed, and to search it
    again and again would take a third of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
