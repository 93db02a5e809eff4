"""What a user may do: the privileges of its roles, predefined and own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import entries, texts

ADMINISTRATIVE: dict[str, str] = {
    "data-admin": "makes and drops indexes and UDFs, and deletes all records of a set or namespace",
    "masking-admin": "decides which data is masked, and for whom",
    "sys-admin": "changes every setting of the servers",
    "udf-admin": "loads code that runs in the servers",
    "user-admin": "gives itself and others every right",
}
"""Privileges that reach beyond the data of an application, and what they allow. Source: the server's reference."""


def users_of(cluster: Cluster) -> dict[str, list[str]]:
    """User → its roles."""
    found = entries(cluster.spec, "aerospikeAccessControl", "users")
    return {str(user.get("name")): texts(user.get("roles")) for user in found}


def role_privileges(cluster: Cluster) -> dict[str, list[str]]:
    """Role of the cluster's own → its privileges."""
    found = entries(cluster.spec, "aerospikeAccessControl", "roles")
    return {str(role.get("name")): texts(role.get("privileges")) for role in found}


def administrative(roles: Iterable[str], own: Mapping[str, list[str]]) -> dict[str, str]:
    """Administrative privilege → the role that brings it. A predefined role has the privilege of its name."""
    found: dict[str, str] = {}
    for role in roles:
        for privilege in own.get(role, [role]):
            if privilege in ADMINISTRATIVE:
                found.setdefault(privilege, role)
    return found
