"""Answers to "where does this value come from?" as text and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from aerofleet.analysis.cluster_size import conclusion, size_in
from aerofleet.analysis.overlay import explain_overlays
from aerofleet.findings.stop import MistakeError
from aerofleet.fleet.lookup import resolution_with
from aerofleet.fleet.provenance import ALLOCATED, SECRETS, SIZING, Explained, explain_cluster, explain_sizing
from aerofleet.fleet.resolve import Resolution

SCHEMA = "aerofleet.io/explain/v1"
SEPARATOR = re.compile(r"[.\[\]]+")
SUGGESTED = 3
"""Paths in a hint."""
NOT_ALLOCATED = (
    "allocations.yaml has nothing of this cluster; `aerofleet generate` allocates its names and ports, and a cluster "
    "that is released has none"
)
NOT_RESOLVED = "the definitions have mistakes, which `aerofleet check` shows; without them the Secrets are known"


@dataclass(frozen=True, slots=True)
class Answer:
    """``values``: those at the path. ``introduction``: lines before them. ``is_complete``: the definitions have no
    mistakes, so these values are the final ones.
    """

    values: tuple[Explained, ...]
    introduction: tuple[str, ...]
    is_complete: bool


def explain(root: Path, cluster: str, path: str, cell: str | None = None) -> Answer:
    """Return the values at ``path`` of the cluster TEAM/CLUSTER, all if it is empty.

    Raises NoCellError, NoClusterError, and MistakeError if nothing is set at the path.
    """
    resolution = resolution_with(root, cluster, cell)
    values = [*explain_cluster(resolution, cluster), *explain_overlays(resolution, cluster)]
    if path.split(".", maxsplit=1)[0] == SIZING:
        values += explain_sizing(resolution, cluster)
    matching = tuple(value for value in values if value.is_at(path))
    if not matching:
        raise MistakeError(no_path(path, values))
    introduction = tuple(conclusion_of(resolution, cluster)) if path == SIZING else ()
    return Answer(matching, introduction, resolution.cell is not None)


def conclusion_of(resolution: Resolution, cluster: str) -> Iterator[str]:
    """Yield the conclusion of the figures, and the verb that compares need and have."""
    with suppress(ValueError):
        yield from conclusion(size_in(resolution, cluster))
        yield f"need and have in a table: aerofleet size {cluster}"


def no_path(path: str, values: Sequence[Explained]) -> str:
    """Return that nothing is at ``path``, with the nearest paths: those that have it as a part, or a similar one; with
    the reason where the cluster has no allocation or no Secret at all.
    """
    known = list(dict.fromkeys(value.aliases[0] if value.aliases else value.path for value in values))
    part = path.partition(".")[0]
    if part in (ALLOCATED, SECRETS) and not any(name.startswith(f"{part}.") for name in known):
        is_allocated = any(name.startswith(f"{ALLOCATED}.") for name in known)
        return f"nothing is set at '{path}': {NOT_RESOLVED if is_allocated else NOT_ALLOCATED}"
    settings = [name for name in known if not name.startswith((ALLOCATED, SECRETS))]
    having = [name for name in settings if path in SEPARATOR.split(name)]
    near = sorted(having, key=lambda name: (not name.endswith(path), len(name)))[:SUGGESTED]
    near = near or get_close_matches(path, known, n=1)
    return f"nothing is set at '{path}'" + (f"; did you mean {' or '.join(map(repr, near))}?" if near else "")


def as_text(answer: Answer) -> str:
    lines = (*answer.introduction, *(line for value in answer.values for line in lines_of(value)))
    return "".join(f"{line}\n" for line in lines)


def lines_of(value: Explained) -> Iterator[str]:
    yield f"{value.aliases[0] if value.aliases else value.path} = {shown(value.value)}"
    yield f"    {value.location}  {value.layer}"
    if value.formula:
        yield f"    formula {value.formula} reads {', '.join(value.inputs)}"
    for note in value.notes:
        yield f"    {note}"
    for below in reversed(value.overrode):
        yield f"    over {shown(below.value)}  {below.location}  {below.layer.name}"


def shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def as_json(answer: Answer) -> str:
    values = [value_data(value) for value in answer.values]
    return json.dumps({"schema": SCHEMA, "values": values}, indent=2, default=str) + "\n"


def value_data(value: Explained) -> dict[str, Any]:
    return {
        "path": value.path,
        "value": value.value,
        "layer": value.layer,
        "location": str(value.location),
        "formula": value.formula,
        "inputs": value.inputs,
        "notes": value.notes,
        "overrode": [
            {"value": below.value, "layer": below.layer.name, "location": str(below.location)}
            for below in value.overrode
        ],
    }
