"""What a start rule is: an id, a summary, its source, the server versions that have it, and a generator of refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from aerofleet.aerospike.server.file import Path, Reading

Refused = tuple[Path, str, str]
"""(path, what is wrong, what would be right)."""
Check = Callable[[Reading], Iterator[Refused]]

NEWEST = 1 << 31
"""Stands for the numbers that a version leaves out: ``8.1.1`` is the newest build of 8.1.1."""


@dataclass(frozen=True, slots=True)
class StartFinding:
    """One reason why a server does not start: ``rule`` is the rule's id, ``hint`` says what would be right."""

    rule: str
    path: Path
    message: str
    hint: str

    @property
    def dotted_path(self) -> str:
        """``namespaces[0].storage-engine.flush-size``."""
        words = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.path)
        return words.removeprefix(".")


@dataclass(frozen=True, slots=True)
class StartRule:
    """``since`` is the first server version that has the rule, ``until`` the first that has it no longer; empty where
    there is no such bound. Both are enforced by ``holds_for``.
    """

    id: str
    check: Check
    summary: str
    source: str
    since: str
    until: str

    def holds_for(self, version: str) -> bool:
        numbers = build_numbers(version)
        return (not self.since or numbers >= first_build(self.since)) and (
            not self.until or numbers < first_build(self.until)
        )


def start_rule(name: str, *, source: str, since: str = "", until: str = "") -> Callable[[Check], StartRule]:
    """Make a rule of a generator; its docstring's first paragraph says what the server wants."""

    def made(check: Check) -> StartRule:
        summary = " ".join((check.__doc__ or "").split("\n\n")[0].split())
        return StartRule(name, check, summary, source, since, until)

    return made


@lru_cache(maxsize=256)
def build_numbers(version: str) -> tuple[int, ...]:
    """The four numbers of a build; those left out count as the newest. Raises ValueError for what is no version."""
    parts = version.split(".")
    if len(parts) < 2 or not all(part.isdecimal() for part in parts):
        raise ValueError(f"{version!r} is no server version such as 8.1.1.1")
    given = tuple(int(part) for part in parts[:4])
    return given + (NEWEST,) * (4 - len(given))


@lru_cache(maxsize=256)
def first_build(version: str) -> tuple[int, ...]:
    """The four numbers of the first build of ``version``."""
    given = tuple(int(part) for part in version.split(".")[:4])
    return given + (0,) * (4 - len(given))
