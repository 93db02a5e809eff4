"""The privileges of users: those of their roles, predefined and of the cluster's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import entries, texts

ADMINISTRATIVE: dict[str, str] = {
    "data-admin": "makes and drops indexes and UDFs, and deletes all records of a set or namespace",
    "masking-admin": "decides which data is masked, and for whom",
    "sys-admin": "changes every setting of the servers",
    "udf-admin": "loads code that runs in the servers",
    "user-admin": "can grant itself and others any privilege",
}
"""Privileges that reach beyond the data of an application, and what they allow. Source: the server's reference."""


def users_of(cluster: Cluster) -> dict[str, list[str]]:
    """Return user → its roles."""
    users = entries(cluster.spec, "aerospikeAccessControl", "users")
    return {str(user.get("name")): texts(user.get("roles")) for user in users}


def role_privileges(cluster: Cluster) -> dict[str, list[str]]:
    """Return role of the cluster's own → its privileges."""
    roles = entries(cluster.spec, "aerospikeAccessControl", "roles")
    return {str(role.get("name")): texts(role.get("privileges")) for role in roles}


def administrative(roles: Iterable[str], own: Mapping[str, list[str]]) -> dict[str, str]:
    """Return administrative privilege → the role with it. A predefined role has the privilege of its name."""
    privileges: dict[str, str] = {}
    for role in roles:
        for privilege in own.get(role, [role]):
            if privilege in ADMINISTRATIVE:
                privileges.setdefault(privilege, role)
    return privileges


IMPLIED: dict[str, frozenset[str]] = {
    "read-write": frozenset({"read", "write"}),
    "read-write-udf": frozenset({"read", "write", "read-write"}),
}
"""What a privilege allows besides itself. Source: the server's reference."""


def uncovered(before: Iterable[str], after: Iterable[str]) -> list[str]:
    """Return the privileges of ``before`` that those of ``after`` don't allow.

    A privilege without a scope covers the same one of a namespace or set (``read.orders.carts``).
    """
    allowed = list(after)
    return sorted(wanted for wanted in set(before) if not any(_covers(privilege, wanted) for privilege in allowed))


def _covers(privilege: str, wanted: str) -> bool:
    name, _, scope = privilege.partition(".")
    asked, _, within = wanted.partition(".")
    is_within = not scope or within == scope or within.startswith(f"{scope}.")
    return is_within and (name == asked or asked in IMPLIED.get(name, ()))


def beyond(before: Iterable[str], after: Iterable[str]) -> list[str]:
    """Return the networks of ``before`` that are not within one of ``after``; another text is compared as it is."""
    # Loaded where it is needed: most changes have no whitelist, and `aerofleet verdict` has to start fast.
    from ipaddress import IPv4Network, ip_network

    def is_within(network: str, other: str) -> bool:
        try:
            inner, outer = ip_network(network, strict=False), ip_network(other, strict=False)
        except ValueError:
            return network == other
        if isinstance(inner, IPv4Network):
            return isinstance(outer, IPv4Network) and inner.subnet_of(outer)
        return not isinstance(outer, IPv4Network) and inner.subnet_of(outer)

    networks = list(after)
    return [network for network in before if not any(is_within(network, other) for other in networks)]
