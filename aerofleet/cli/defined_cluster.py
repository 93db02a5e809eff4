"""The cluster that a verb's TEAM/CLUSTER argument names, and the cell that it is in."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from aerofleet.cli.findings import no_cell
from aerofleet.files.validation import nearest
from aerofleet.findings.formats.text import as_text
from aerofleet.fleet.resolve import Resolution, resolve_cell
from aerofleet.settings.source import cells


class NoClusterError(Exception):
    """The argument names no cluster, or one that can't be read; the text is for standard error, its lines ended."""


def find_cluster(verb: str, root: Path, cell: str | None, cluster: str) -> Resolution:
    """Return the cell's resolution. Raises NoClusterError where the cluster is in no cell, in several without ``cell``,
    or where a file can't be read from which its values come."""
    known = cells(root)
    if not known:
        raise NoClusterError(f"aerofleet {verb}: {no_cell(root)}\n")
    if cell and cell not in known:
        raise NoClusterError(f"aerofleet {verb}: there is no cell '{cell}'; {nearest(cell, known)}\n")
    resolutions = {name: resolve_cell(root, name) for name in ([cell] if cell else known)}
    holding = [name for name, each in resolutions.items() if cluster in written_in(each)]
    if len(holding) != 1:
        raise NoClusterError(f"aerofleet {verb}: {not_found(cluster, holding, resolutions)}\n")
    resolution = resolutions[holding[0]]
    if not is_explicable(resolution, cluster):
        raise NoClusterError(as_text(resolution.findings))
    return resolution


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
