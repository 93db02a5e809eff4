"""What a hazard is: something the operator lets through, and a platform should not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from aerofleet.findings import Finding

Severity = Literal["severe", "warning", "info"]
Found = tuple[str, str]
"""(field path, what is so)."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """One hazard found. ``instead`` says what to write."""

    id: str
    severity: Severity
    path: str
    message: str
    instead: str

    def as_finding(self) -> Finding:
        return Finding(self.id, self.severity, self.path, self.message, f"instead: {self.instead}")


@dataclass(frozen=True, slots=True)
class HazardRule:
    id: str
    severity: Severity
    check: Callable[..., Iterator[Found]]
    summary: str
    instead: str

    def found(self, *arguments: object) -> list[Hazard]:
        """Return every hazard that the rule finds."""
        return [Hazard(self.id, self.severity, path, message, self.instead) for path, message in self.check(*arguments)]


def hazard(name: str, severity: Severity, instead: str) -> Callable[[Callable[..., Iterator[Found]]], HazardRule]:
    """Make a hazard of a generator; its docstring is why it is one."""

    def made(check: Callable[..., Iterator[Found]]) -> HazardRule:
        return HazardRule(name, severity, check, " ".join((check.__doc__ or "").split()), instead)

    return made
