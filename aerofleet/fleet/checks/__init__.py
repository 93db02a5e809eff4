"""Owns the checks across the files of a cell: a list of small functions, each of which yields all its findings.

Must not import manifests or anything above `aerofleet.fleet`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aerofleet.findings import Finding
from aerofleet.fleet.checks.allocations import allocated, clashes, reserved
from aerofleet.fleet.checks.finding import SettingsOf
from aerofleet.fleet.checks.groups import groups, moved_groups
from aerofleet.fleet.checks.metal import channels, hosts, images, pools, racks
from aerofleet.fleet.checks.names import access_control, files, names, passwords, repeated, users
from aerofleet.fleet.checks.overlay import dropped_overlays, overlay_grants
from aerofleet.fleet.checks.references import grants, host_blocks, release_order
from aerofleet.fleet.checks.size import pod_memory
from aerofleet.fleet.checks.storage import storage_settings
from aerofleet.fleet.checks.tenants import quotas, tenants
from aerofleet.fleet.checks.versions import operators
from aerofleet.settings.source import CellSource

Check = Callable[[CellSource, SettingsOf], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    files,
    names,
    repeated,
    users,
    access_control,
    passwords,
    tenants,
    quotas,
    grants,
    overlay_grants,
    dropped_overlays,
    release_order,
    host_blocks,
    hosts,
    pools,
    images,
    channels,
    operators,
    racks,
    pod_memory,
    storage_settings,
    groups,
    moved_groups,
    allocated,
    clashes,
    reserved,
)


def check_cell(source: CellSource, settings: SettingsOf) -> list[Finding]:
    """Return the findings of every check on one cell; a check is left out if a file that it needs could not be read."""
    return [finding for check in CHECKS for finding in check(source, settings)]
