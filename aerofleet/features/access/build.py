"""Users and roles of a cluster with access control."""

from __future__ import annotations

from typing import Any

from aerofleet.files.cluster.access import RoleSettings
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster, User
from aerofleet.settings.free_maps import unreserved
from aerofleet.units.names import RECONCILE_ANNOTATION


def spec(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    settings = cluster.settings
    if not settings.security.access_control:
        return {}
    control: dict[str, Any] = {"users": [user(account) for account in cluster.users]}
    if settings.roles:
        control["roles"] = [role(definition) for definition in settings.roles]
    security = unreserved(settings.access_control_config, "security", cluster.server_version)
    return {"aerospikeConfig": {"security": security}, "aerospikeAccessControl": control}


def metadata_annotations(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    """Return the annotation that has the operator reconcile the cluster: a change of a Secret alone does not."""
    return {RECONCILE_ANNOTATION: cluster.settings.reconcile_request} if cluster.settings.reconcile_request else {}


def user(account: User) -> dict[str, Any]:
    """Return a user. ``roles`` is written even if empty: AKO's definition requires it."""
    return {"name": account.name, "secretName": account.secret, "roles": list(account.roles)}


def role(definition: RoleSettings) -> dict[str, Any]:
    built: dict[str, Any] = {"name": definition.name, "privileges": list(definition.privileges)}
    if definition.whitelist:
        built["whitelist"] = list(definition.whitelist)
    if definition.read_quota:
        built["readQuota"] = definition.read_quota
    if definition.write_quota:
        built["writeQuota"] = definition.write_quota
    return built
