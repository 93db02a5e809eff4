"""What the embedded control plane takes from a project: its hosts."""

from __future__ import annotations

from pathlib import Path

from aerofleet.files.project_files import Files
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.local.credentials import CONTEXT
from aerofleet.settings.source import cells, read_cell

Hosts = dict[str, list[dict[str, str]]]
"""Name of a host → the taints with which a host is provisioned."""


def embedded_cells(root: Path) -> list[str]:
    """Return the cells whose context is the embedded control plane, also those with mistakes elsewhere."""
    sources = (read_cell(Files(root), name) for name in cells(root))
    return [source.name for source in sources if source.cell and source.cell.file.context == CONTEXT]


def embedded_hosts(root: Path) -> Hosts:
    """Return every host of the cells whose context is the embedded control plane; cells with mistakes have none."""
    hosts: Hosts = {}
    for cell in (resolve_cell(root, name).cell for name in embedded_cells(root)):
        if cell:
            hosts |= {host.name: [] for host in cell.hosts}
            hosts |= {
                host.name: [taint.model_dump() for taint in pool.taints] for pool in cell.pools for host in pool.hosts
            }
    return hosts
