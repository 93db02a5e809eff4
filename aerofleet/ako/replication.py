"""Replication factors of the namespaces of several racks."""

from __future__ import annotations

from aerofleet.ako.cluster import Rack
from aerofleet.ako.config import namespaces, replication_factor


def changed_factors(old: list[Rack], new: list[Rack]) -> list[tuple[int, str]]:
    """Return (rack's id, namespace's name) wherever a replication factor changes."""
    before = factors(old)
    return [key for key, factor in factors(new).items() if before.get(key, factor) != factor]


def factors(racks: list[Rack]) -> dict[tuple[int, str], int]:
    """Return (rack's id, namespace's name) → replication factor."""
    return {
        (rack.id, name): replication_factor(namespace)
        for rack in racks
        for _, name, namespace in namespaces(rack.config)
    }
