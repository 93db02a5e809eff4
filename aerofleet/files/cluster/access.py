"""Access control of a cluster: users, roles, passwords, and the parameters of the security context."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from aerofleet.files.cluster.marks import FreeMap, Makes
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import Flag, Whole

Generation = Annotated[Whole, Field(ge=1)]


class AccessSwitch(FileModel):
    access_control: Annotated[Flag, Makes("aerospikeAccessControl")] = Field(description="users and roles")


class RoleSettings(FileModel):
    name: str = Field(description="of the role")
    privileges: tuple[str, ...] = Field(description="for instance read-write.NAMESPACE")
    whitelist: tuple[str, ...] = Field((), description="addresses it may be used from")
    read_quota: Whole = Field(0, description="reads per second; 0 = any")
    write_quota: Whole = Field(0, description="writes per second; 0 = any")


class UserSettings(FileModel):
    name: str = Field(description="of the user; its password comes from the secret store")
    roles: tuple[str, ...] = Field(description="of the user")


class AccessSettings(FileModel):
    users: Annotated[tuple[UserSettings, ...], Makes("aerospikeAccessControl.users[]")] = Field(
        (), description="beside the platform's own"
    )
    roles: Annotated[tuple[RoleSettings, ...], Makes("aerospikeAccessControl.roles")] = Field(
        (), description="beside the server's own"
    )
    access_control_config: Annotated[dict[str, Any], FreeMap("security")] = Field(
        default_factory=dict, description="parameters of the security context"
    )
    passwords: dict[str, Generation] = Field(
        default_factory=dict,
        description="user → generation of its password, 1 when left out; each has a Secret of its own",
    )
    reconcile_request: str = Field(
        "", description="another text has the operator set all passwords anew from their Secrets; no pod restarts"
    )
