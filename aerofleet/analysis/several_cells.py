"""What a change of manifests of several cells does: each cell is a Kubernetes cluster, and is compared by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from aerofleet.ako.compatibility import OPERATOR
from aerofleet.analysis.change import ChangeAnalysis, Object, ObjectChange, analyse_change
from aerofleet.findings import Subject
from aerofleet.units.names import CELL_LABEL


def cell_of(resource: Object) -> str:
    """Return the cell that a rendered object names in its labels; empty for a patch of a node, and for other files."""
    metadata: Any = resource.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    cell = labels.get(CELL_LABEL) if isinstance(labels, dict) else None
    return cell if isinstance(cell, str) else ""


def analyse_cells(old: Sequence[Object], new: Sequence[Object], operator: str = OPERATOR) -> ChangeAnalysis:
    """Return what becomes of every cluster and object, as `analyse_change`. Where the objects are of several cells, the
    name of each one begins with its cell: ``staging shop/orders``.
    """
    cells = sorted({cell_of(resource) for resource in (*old, *new)})
    if len(cells) - ("" in cells) < 2:
        return analyse_change(old, new, operator)
    parts = [
        (cell, analyse_change(_those_of(cell, old), _those_of(cell, new), operator, by_name=True)) for cell in cells
    ]
    return ChangeAnalysis(
        tuple(_named(cell, one) for cell, part in parts for one in part.clusters),
        tuple(_named(cell, one) for cell, part in parts for one in part.objects),
    )


def of_cells(objects: Sequence[Object]) -> Iterator[tuple[str, Sequence[Object]]]:
    """Yield each cell that the objects name, with its objects."""
    for cell in dict.fromkeys(map(cell_of, objects)):
        yield cell, _those_of(cell, objects)


def _those_of(cell: str, objects: Sequence[Object]) -> list[Object]:
    return [resource for resource in objects if cell_of(resource) == cell]


def _named(cell: str, change: ObjectChange) -> ObjectChange:
    if not cell:
        return change
    return replace(change, subject=Subject(change.subject.kind, f"{cell} {change.subject.name}"))
