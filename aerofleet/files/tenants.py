"""`tenants.yaml`: the platform's grants for each team."""

from __future__ import annotations

from pydantic import Field

from aerofleet.files.addresses import Network, Owner
from aerofleet.files.definition_file import DefinitionFile
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import Bytes, Millicores, Whole


class Quota(FileModel):
    clusters: Whole = Field(ge=0, description="clusters at most")
    pods: Whole = Field(ge=0, description="pods of all clusters")
    memory: Bytes = Field(description="of all database servers")
    cpu: Millicores = Field(description="cores of all database servers")
    storage: Bytes = Field(description="of all volumes")


class Tenant(FileModel):
    quota: Quota = Field(description="what its clusters may add up to")
    tiers: tuple[str, ...] = Field(min_length=1, description="tiers it may use, any revision: gold, aerofleet/gold")
    pools: tuple[str, ...] = Field(min_length=1, description="pools the team may use")
    client_cidrs: tuple[Network, ...] = Field((), description="networks its clients come from")
    client_namespaces: tuple[str, ...] = Field((), description="Kubernetes namespaces whose pods are clients")
    groups: tuple[str, ...] = Field((), description="groups of people who may look at the team's objects")
    owners: tuple[Owner, ...] = Field((), description="who approves changes of the team's file: @organisation/team")
    cost_centre: str = Field("", description="who pays")
    overridable: tuple[str, ...] = Field(
        (), description="setting paths the team may set itself, beyond workload and size"
    )


class TenantsFile(DefinitionFile):
    teams: dict[str, Tenant] = Field(description="team → what it is granted")
