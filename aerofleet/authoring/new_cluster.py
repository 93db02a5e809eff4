"""Add a cluster to a team's file, with its workload."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aerofleet.authoring.entry import entries_of, plain, with_entry
from aerofleet.authoring.generated import write_with_following
from aerofleet.authoring.new_team import team_text
from aerofleet.findings.stop import MistakeError
from aerofleet.fleet.lookup import cell_named
from aerofleet.load import read, read_bytes_as_text
from aerofleet.settings.source import STACKS

WORKLOAD = ("objects", "record", "reads", "writes")


def new_cluster(root: Path, cell: str | None, cluster: str, tier: str, workload: Mapping[str, str]) -> list[Path]:
    """Write the cluster TEAM/CLUSTER and what follows from it; return the changed files, below the root.

    ``workload``: key of ``WORKLOAD`` → amount as a person writes it. Raises MistakeError; then nothing was written.
    """
    team, name = split_key(cluster)
    folder = f"{STACKS}/{cell_named(root, cell)}"
    path = f"{folder}/teams/{team}.yaml"
    entry = {"tier": tier, "workload": {key: plain(workload[key]) for key in WORKLOAD}}
    return write_with_following(root, {path: with_entry(text_of(root, folder, team), path, "clusters", name, entry)})


def text_of(root: Path, folder: str, team: str) -> str:
    """Return the text of the team's file, or that of a new one for a tenant. Raises MistakeError and LoadError."""
    path = f"{folder}/teams/{team}.yaml"
    if (root / path).exists():
        return read_bytes_as_text(root / path, path)
    if team not in entries_of(read(root / folder / "tenants.yaml", f"{folder}/tenants.yaml"), "teams"):
        raise MistakeError(f"{path} is not there; `aerofleet new-team` makes it")
    return team_text(folder, team)


def split_key(key: str) -> tuple[str, str]:
    team, _, name = key.partition("/")
    if not team or not name:
        raise MistakeError(f"write TEAM/CLUSTER, not '{key}'")
    return team, name
