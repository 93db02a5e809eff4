"""Look up what a person names: a cell, a cluster. A wrong name is a MistakeError with the nearest right one."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from aerofleet.files.validation import nearest
from aerofleet.findings.stop import MistakeError
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.resolve import Resolution, resolve_cell
from aerofleet.settings.source import STACKS, cells


class NoCellError(MistakeError):
    """The name is that of no cell, or there is no cell at all."""


class NoClusterError(MistakeError):
    """The name is that of no cluster, of one in several cells, or of one whose values can't be read."""


class DefinitionsMistakeError(MistakeError):
    """The definitions have mistakes, so that nothing follows from them; ``findings`` has them."""


def no_cell(root: Path) -> str:
    """Return the message for a folder without cells: the verb was most likely called in another folder."""
    return f"no cell under {(root / STACKS).resolve()}: call it in the project folder, or name that with --root"


def all_cells(root: Path) -> list[str]:
    """Return the names of all cells. Raises NoCellError if there is none."""
    known = list(cells(root))
    if not known:
        raise NoCellError(no_cell(root))
    return known


def cell_named(root: Path, name: str | None) -> str:
    """Return ``name`` if it is that of a cell, or without a name the only cell there is. Raises NoCellError."""
    known = all_cells(root)
    if name is None and len(known) == 1:
        return known[0]
    if name is None:
        raise NoCellError(f"name the cell with --cell: {', '.join(known)}")
    if name not in known:
        raise NoCellError(f"there is no cell '{name}'; {nearest(name, known)}")
    return name


def resolved_cell(root: Path, name: str) -> Cell:
    """Return a resolved cell. Raises DefinitionsMistakeError."""
    resolution = resolve_cell(root, name)
    if resolution.cell is None:
        raise DefinitionsMistakeError(findings=resolution.findings)
    return resolution.cell


def resolution_with(root: Path, cluster: str, cell: str | None) -> Resolution:
    """Return the resolution of the cell that has the cluster; only ``cell`` is searched if it is not None.

    Raises NoCellError, and NoClusterError if no cell has the cluster, several have it, or a file can't be read from
    which its values come.
    """
    names = [cell_named(root, cell)] if cell else all_cells(root)
    resolutions = {name: resolve_cell(root, name) for name in names}
    having = [name for name, resolution in resolutions.items() if cluster in clusters_of(resolution)]
    if len(having) != 1:
        raise NoClusterError(no_single_cell(cluster, having, resolutions))
    resolution = resolutions[having[0]]
    if not is_readable(resolution, cluster):
        raise NoClusterError(findings=resolution.findings)
    return resolution


def is_readable(resolution: Resolution, cluster: str) -> bool:
    """Return whether every file could be read from which the cluster's values come; other mistakes do not count."""
    source = resolution.source
    return source is not None and source.is_complete and cluster in resolution.settings


def clusters_of(resolution: Resolution) -> list[str]:
    return [cluster.key for cluster in resolution.source.clusters] if resolution.source else []


def no_single_cell(cluster: str, having: list[str], resolutions: dict[str, Resolution]) -> str:
    if having:
        return f"{cluster} is in the cells {', '.join(having)}: name one with --cell"
    known = sorted({key for resolution in resolutions.values() for key in clusters_of(resolution)})
    near = [key for key in known if key.endswith(f"/{cluster}")] or get_close_matches(cluster, known, n=1)
    return f"there is no cluster '{cluster}'" + (f"; did you mean '{near[0]}'?" if near else "")
