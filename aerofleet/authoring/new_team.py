"""Add a team to a cell: its tenant entry, and its file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aerofleet.authoring.entry import entries_of, plain, with_entry
from aerofleet.authoring.generated import schema_line, write_with_following
from aerofleet.files.formats import PRESENT
from aerofleet.files.project_files import Files
from aerofleet.findings.stop import MistakeError
from aerofleet.fleet.checks.tenants import quota_use
from aerofleet.fleet.lookup import cell_named
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.load import read, read_bytes_as_text, yaml_text
from aerofleet.settings.source import STACKS
from aerofleet.settings.tiers import PRODUCT, Tiers, is_of_product, read_tiers

QUOTA = ("clusters", "pods", "memory", "cpu", "storage")
LEAST = {"clusters": 2, "pods": 12, "memory": 256 << 30, "cpu": 100_000, "storage": 10 << 40}
"""The default quota of a team with small tiers: bytes, thousandths of a core."""
GIB = 1 << 30
SAMPLE_TEAM = "aerofleet-default-quota"
"""The team that a default quota is computed for; the new team may have a name that no team can have."""
SMALLEST = {"objects": 1, "record": 1, "reads": 1, "writes": 1}
"""A workload that every size of a tier carries."""


@dataclass(frozen=True, slots=True)
class TeamRequest:
    """``tiers`` and ``pools``: the granted ones, all if empty. ``quota``: key of ``QUOTA`` → amount as a person writes
    it; a default for each key that is absent. ``groups``: who may read its objects.
    """

    team: str
    tiers: Sequence[str] = ()
    pools: Sequence[str] = ()
    quota: Mapping[str, str] = field(default_factory=dict)
    client_namespaces: Sequence[str] = ()
    groups: Sequence[str] = ()


def new_team(root: Path, cell: str | None, request: TeamRequest) -> list[Path]:
    """Write the team's definitions and what follows from them; return the changed files, below the root.

    Raises MistakeError; then nothing was written.
    """
    folder = f"{STACKS}/{cell_named(root, cell)}"
    tenants = f"{folder}/tenants.yaml"
    entry = tenant_entry(root, folder, request)
    texts = {tenants: with_entry(read_bytes_as_text(root / tenants, tenants), tenants, "teams", request.team, entry)}
    team_file = f"{folder}/teams/{request.team}.yaml"
    if not (root / team_file).exists():
        texts[team_file] = team_text(folder, request.team)
    return write_with_following(root, texts)


def team_text(folder: str, team: str) -> str:
    """Return a team's file before its first cluster. ``folder``: the folder of its cell."""
    return f"{schema_line('team', f'{folder}/teams')}format: {PRESENT}\nteam: {team}\nclusters: {{}}\n"


def tenant_entry(root: Path, folder: str, request: TeamRequest) -> dict[str, Any]:
    """Return the team's entry in tenants.yaml. Raises MistakeError and LoadError."""
    pools = read(root / folder / "pools.yaml", f"{folder}/pools.yaml")
    tiers = read_tiers(Files(root))[0]
    for tier in request.tiers:
        if tier not in tiers.names:
            raise MistakeError(f"there is no tier '{tier}'; {tiers.remedy_for(tier, is_name=True)}")
    entry: dict[str, Any] = {
        "tiers": list(request.tiers) or granted_tiers(tiers),
        "pools": list(request.pools) or list(entries_of(pools, "pools")),
    }
    default = default_quota(root, folder, entry, tiers)
    entry["quota"] = {key: plain(request.quota[key]) if key in request.quota else default[key] for key in QUOTA}
    if request.client_namespaces:
        entry["clientNamespaces"] = list(request.client_namespaces)
    if request.groups:
        entry["groups"] = list(request.groups)
    return entry


def default_quota(root: Path, folder: str, tenant: Mapping[str, Any], tiers: Tiers) -> dict[str, int | str]:
    """Return a quota that carries one cluster of each granted tier, as the tier writes it, and at least ``LEAST``.

    Raises MistakeError where no granted tier can be resolved.
    """
    most = {"clusters": 10**6, "pods": 10**6, "memory": "1000Pi", "cpu": 10**6, "storage": "1000Pi"}
    name = f"{folder}/tenants.yaml"
    entry = {**tenant, "quota": most}
    references = [tiers.newest(tier) if is_of_product(tier) else tier for tier in tenant["tiers"]]
    clusters = {f"one-{index}": {"tier": tier, "workload": SMALLEST} for index, tier in enumerate(references)}
    texts = {
        name: with_entry(read_bytes_as_text(root / name, name), name, "teams", SAMPLE_TEAM, entry),
        f"{folder}/teams/{SAMPLE_TEAM}.yaml": yaml_text({"team": SAMPLE_TEAM, "clusters": clusters}),
    }
    settings = resolve_cell(root, folder.rpartition("/")[2], texts).settings
    known = [settings[key].settings for name in clusters if (key := f"{SAMPLE_TEAM}/{name}") in settings]
    if not known:
        options = " ".join(f"--{key}" for key in QUOTA)
        raise MistakeError(f"no default quota for {', '.join(tenant['tiers'])}: write {options}")
    quota = {what: max(amount, LEAST[what]) for what, amount in quota_use(known).items()}
    return {
        "clusters": quota["clusters"],
        "pods": quota["pods"],
        "memory": f"{math.ceil(quota['memory'] / GIB)}Gi",
        "cpu": math.ceil(quota["cpu"] / 1000),
        "storage": f"{math.ceil(quota['storage'] / GIB)}Gi",
    }


def granted_tiers(tiers: Tiers) -> list[str]:
    """Return the tiers that a team is granted if none is named: the project's own, or the product's if it has none;
    without the base of the others.
    """
    names = tiers.own or tiers.product
    return [name for name in names if name.removeprefix(PRODUCT) != "base"]
