"""What a check tells a person: which rule, where, what is wrong and what would be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a person should know about the input.

    ``path`` is a dotted field path (``spec.rackConfig.racks[1].id``); ``hint`` says what would be right.
    """

    rule: str
    severity: Severity
    path: str
    message: str
    hint: str = ""
    location: Location | None = None
