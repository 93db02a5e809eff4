"""Builds of the server as numbers that compare."""

from __future__ import annotations

from functools import lru_cache

NEWEST = 1 << 31
"""Stands for the numbers that a version leaves out: ``8.1.1`` is the newest build of 8.1.1."""


@lru_cache(maxsize=256)
def build_numbers(version: str) -> tuple[int, ...]:
    """Return the four numbers of a build; those left out count as the newest. Raises ValueError for no version."""
    parts = version.split(".")
    if len(parts) < 2 or not all(part.isdecimal() for part in parts):
        raise ValueError(f"{version!r} is no server version such as 8.1.1.1")
    given = tuple(int(part) for part in parts[:4])
    return given + (NEWEST,) * (4 - len(given))


@lru_cache(maxsize=256)
def first_build(version: str) -> tuple[int, ...]:
    """Return the four numbers of the first build of ``version``."""
    given = tuple(int(part) for part in version.split(".")[:4])
    return given + (0,) * (4 - len(given))
