"""The allocations that a cell's definitions still need, and the file that keeps them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from pathlib import Path

from aerofleet.files.allocations import AllocationsFile
from aerofleet.files.choices import StorageKind
from aerofleet.files.definition_file import FORMAT
from aerofleet.files.settings import Settings
from aerofleet.fleet.allocation import CellRacks, Wanted, allocate
from aerofleet.fleet.pool_members import hosts_in_racks
from aerofleet.fleet.resolve import Resolution
from aerofleet.load import yaml_text
from aerofleet.settings.source import STACKS, CellSource
from aerofleet.units.cluster_key import team_of

HEADER = """\
# Written by `aerofleet generate`. Review it, commit it, do not edit it: every value was allocated once, and the
# operator freezes it or data depends on it.
"""


def next_allocations(resolution: Resolution) -> AllocationsFile | None:
    """Return the cell's allocations with all that its definitions need; None if the definitions can't be read.

    Raises PortsExhaustedError.
    """
    source = resolution.source
    if source is None or source.cell is None or source.allocations is None:
        return None
    before = source.allocations.file
    file = source.cell.file
    groups = {team: file.group_of(team) for team in source.teams}
    wanted = wanted_of(source, {key: resolved.settings for key, resolved in resolution.settings.items()})
    return allocate(before, CellRacks(file.racks, file.network.host_ports, hosts_in_racks(source)), groups, wanted)


def wanted_of(source: CellSource, settings: Mapping[str, Settings]) -> list[Wanted]:
    """Return the needs of each cluster, in the order written; clusters whose settings have mistakes are left out."""
    return [
        Wanted(
            cluster.team,
            cluster.name,
            cluster.file.state,
            settings[cluster.key].racks,
            {
                namespace.name: namespace.devices.count
                for namespace in settings[cluster.key].namespaces
                if namespace.devices and namespace.storage is StorageKind.DEVICE
            },
            settings[cluster.key].pool,
            1 if settings[cluster.key].size == "auto" else int(settings[cluster.key].size),
        )
        for cluster in source.clusters
        if cluster.key in settings
    ]


def allocations_text(file: AllocationsFile) -> str:
    data = file.model_dump(mode="json", by_alias=True)
    if FORMAT not in file.model_fields_set:
        del data[FORMAT]  # a file from before the key is not out of date for that alone
    return HEADER + yaml_text(data, width=120)


def without_clusters(file: AllocationsFile, clusters: Container[str]) -> AllocationsFile:
    """Return the allocations without those of ``clusters`` (TEAM/CLUSTER)."""
    return file.model_copy(
        update={"clusters": {key: allocation for key, allocation in file.clusters.items() if key not in clusters}}
    )


def idle_teams(source: CellSource, file: AllocationsFile) -> set[str]:
    """Return the teams of ``file`` that have no file of their own in the cell, and no cluster in the allocations."""
    return file.teams.keys() - source.teams.keys() - source.unread - {team_of(key) for key in file.clusters}


def without_teams(file: AllocationsFile, teams: Container[str]) -> AllocationsFile:
    """Return the allocations without those of ``teams``."""
    return file.model_copy(
        update={"teams": {team: allocation for team, allocation in file.teams.items() if team not in teams}}
    )


def allocations_path(root: Path, cell: str) -> Path:
    return root / STACKS / cell / "allocations.yaml"
