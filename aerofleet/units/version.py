"""Versions as numbers that compare: of servers, of operator releases, of Kubernetes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

NEWEST = 1 << 31
"""Stands for the numbers that a version leaves out: ``8.1.1`` is the newest build of 8.1.1."""


@lru_cache(maxsize=4096)
def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version: ``8.1.1.3`` → (8, 1, 1, 3). Parts that are no numbers are left out."""
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


@lru_cache(maxsize=4096)
def is_at_least(version: str, floor: str) -> bool:
    """Return whether ``version`` is ``floor`` or later; numbers that one of them leaves out count as 0."""
    mine, wanted = numbers(version), numbers(floor)
    width = max(len(mine), len(wanted))
    return mine + (0,) * (width - len(mine)) >= wanted + (0,) * (width - len(wanted))


def parse_version(text: str) -> tuple[int, ...]:
    """Return the two to four numbers of a server version: ``8.1.1.0`` → (8, 1, 1, 0). Raises ValueError."""
    parts = text.split(".")
    if not 2 <= len(parts) <= 4 or not all(part.isdecimal() for part in parts):
        raise ValueError(f"'{text}' is no server version; it is written like 8.1.1")
    return numbers(text)


@lru_cache(maxsize=1024)
def shortened(version: str, count: int) -> str:
    """Return the first ``count`` numbers of a version as text: ``8.1.1.3`` and 3 → ``8.1.1``; shorter ones stay."""
    return ".".join(version.split(".")[:count])


def passes_floor(version: str, floor: str) -> bool:
    """Return the operator's own comparison: a version that ends earlier is older, so 8.1.0 does not pass 8.1.0.0."""
    return numbers(version) >= numbers(floor)


@lru_cache(maxsize=256)
def build_numbers(version: str) -> tuple[int, ...]:
    """Return the four numbers of a build; those left out count as the newest. Raises ValueError for no version."""
    parts = version.split(".")
    if len(parts) < 2 or not all(part.isdecimal() for part in parts):
        raise ValueError(f"{version!r} is no server version such as 8.1.1.1")
    written = tuple(int(part) for part in parts[:4])
    return written + (NEWEST,) * (4 - len(written))


@lru_cache(maxsize=256)
def first_build(version: str) -> tuple[int, ...]:
    """Return the four numbers of the first build of ``version``: those left out count as 0."""
    written = numbers(version)[:4]
    return written + (0,) * (4 - len(written))


@dataclass(frozen=True, slots=True)
class Range:
    """Releases from ``since`` on, before ``until``; an empty bound is none.

    ``version in range`` compares number by number, and numbers that a version leaves out count as the newest.
    """

    since: str = ""
    until: str = ""

    def __contains__(self, version: str) -> bool:
        if not self.since and not self.until:
            return True
        known = numbers(version)[:4]
        build = known + (NEWEST,) * (4 - len(known))
        return (not self.since or build >= first_build(self.since)) and (
            not self.until or build < first_build(self.until)
        )

    def __str__(self) -> str:
        since = f"since {self.since}" if self.since else ""
        until = f"before {self.until}" if self.until else ""
        return " ".join(filter(None, (since, until)))
