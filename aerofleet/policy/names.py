"""The names of several clusters in a message."""

from __future__ import annotations

NAMED = 3
"""Most clusters that a message names."""


def named(keys: list[str]) -> str:
    """Return the names of some clusters, and how many more there are."""
    more = len(keys) - NAMED
    return ", ".join(keys[:NAMED]) + (f" and {more} more" if more > 0 else "")
