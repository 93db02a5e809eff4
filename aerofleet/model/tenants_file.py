"""`tenants.yaml`: what the platform grants each team."""

from __future__ import annotations

from pydantic import Field

from aerofleet.model.file_model import FileModel
from aerofleet.model.quantities import Bytes, Millicores, Whole


class QuotaFile(FileModel):
    clusters: Whole = Field(ge=0)
    pods: Whole = Field(ge=0)
    memory: Bytes
    cpu: Millicores
    storage: Bytes


class TenantFile(FileModel):
    quota: QuotaFile
    tiers: tuple[str, ...] = Field(min_length=1, description="tiers the team may use, any revision")
    pools: tuple[str, ...] = Field(min_length=1)
    client_cidrs: tuple[str, ...] = ()
    client_namespaces: tuple[str, ...] = Field((), description="Kubernetes namespaces whose pods are clients")
    groups: tuple[str, ...] = Field((), description="groups of people who may look at the team's objects")
    owners: tuple[str, ...] = Field((), description="who approves changes of the team's file: @organisation/team")
    cost_centre: str = ""
    overridable: tuple[str, ...] = Field(
        (), description="setting paths the team may set itself, beyond workload and size"
    )


class TenantsFile(FileModel):
    teams: dict[str, TenantFile]
