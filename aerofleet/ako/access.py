"""Users, roles and certificates of a cluster, and whether the server asks for them."""

from __future__ import annotations

from typing import Any

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import section


def is_secured(cluster: Cluster) -> bool:
    """Return whether the server asks for users: its configuration has a security section."""
    return "security" in cluster.config


def users(cluster: Cluster) -> list[dict[str, Any]]:
    """Return the users of aerospikeAccessControl."""
    listed: list[dict[str, Any]] = section(cluster.spec, "aerospikeAccessControl").get("users") or []
    return listed


def roles(cluster: Cluster) -> list[dict[str, Any]]:
    """Return the roles of aerospikeAccessControl."""
    listed: list[dict[str, Any]] = section(cluster.spec, "aerospikeAccessControl").get("roles") or []
    return listed


def pki_users(cluster: Cluster) -> list[str]:
    """Return the names of users with authMode PKIOnly, also while security is off (the operator judges them)."""
    return [str(user.get("name")) for user in users(cluster) if user.get("authMode") == "PKIOnly"]


def tls_service(rack: Rack) -> dict[str, Any] | None:
    """Return network.service of the rack if it has a tls-name, else None."""
    service = section(rack.config, "network", "service")
    return service if service.get("tls-name") is not None else None
