"""The platform's grants for each team."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quota:
    """The limits for the sum of a team's clusters."""

    clusters: int
    pods: int
    memory_bytes: int
    cpu_millicores: int
    storage_bytes: int


@dataclass(frozen=True, slots=True)
class Tenant:
    """The platform's grants for a team; the team cannot change them."""

    team: str
    quota: Quota
    tiers: tuple[str, ...]
    pools: tuple[str, ...]
    client_cidrs: tuple[str, ...]
    client_namespaces: tuple[str, ...]
    groups: tuple[str, ...]
    cost_centre: str
    overridable: tuple[str, ...]
