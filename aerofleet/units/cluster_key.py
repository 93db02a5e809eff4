"""The key of a cluster in its cell: ``TEAM/CLUSTER``."""

from __future__ import annotations


def cluster_key(team: str, name: str) -> str:
    return f"{team}/{name}"


def team_of(key: str) -> str:
    """Return the team of a cluster's key: ``shop`` of ``shop/cart``; the whole text if it is no key."""
    return key.partition("/")[0]
