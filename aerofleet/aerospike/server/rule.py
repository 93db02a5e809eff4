"""What a start rule is: an id, a summary, its source, the server versions that have it, and a generator of refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from aerofleet.aerospike.server.file import Path, Reading
from aerofleet.units.version import build_numbers, first_build

Refused = tuple[Path, str, str]
"""(path, what is wrong, what would be right)."""
Check = Callable[[Reading], Iterator[Refused]]
Severity = Literal["error", "severe", "warning"]
"""``error``: no server starts. ``severe``: none does on a host as most are. ``warning``: the host decides."""


@dataclass(frozen=True, slots=True)
class StartFinding:
    """One reason why a server does not start: ``rule`` is the rule's id, ``hint`` says what would be right."""

    rule: str
    severity: Severity
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
    there is no such bound. Both are enforced by ``holds_for``. ``taken_live``: parameters that a running server sets
    live although no server starts with them; others it refuses live as well, or can't be set live. ``remedy`` is what
    is right instead, where that is the same for every finding.
    """

    id: str
    check: Check
    summary: str
    source: str
    since: str
    until: str
    severity: Severity = "error"
    taken_live: tuple[str, ...] = ()
    remedy: str = ""

    def holds_for(self, version: str) -> bool:
        numbers = build_numbers(version)
        return (not self.since or numbers >= first_build(self.since)) and (
            not self.until or numbers < first_build(self.until)
        )


def start_rule(  # noqa: PLR0913 - one name for each fact of a rule
    name: str,
    *,
    source: str,
    since: str = "",
    until: str = "",
    severity: Severity = "error",
    taken_live: tuple[str, ...] = (),
    remedy: str = "",
) -> Callable[[Check], StartRule]:
    """Make a rule of a generator; its docstring's first paragraph says what the server wants."""

    def made(check: Check) -> StartRule:
        summary = " ".join((check.__doc__ or "").split("\n\n")[0].split())
        return StartRule(name, check, summary, source, since, until, severity, taken_live, remedy)

    return made
