"""The names of several clusters in a message."""

from __future__ import annotations

from aerofleet.units.names_in_text import shortened

NAMED = 3
"""Most clusters that a message names."""


def named(keys: list[str]) -> str:
    """Return the names of some clusters, and how many more there are."""
    return shortened(keys, NAMED)
