"""What a check tells a person: which rule, where, what is wrong and what would be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "severe", "warning", "info"]
"""`error`: refused, or no sense in it. `severe`: admitted, and it can cost data or availability."""


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

    ``path`` is a dotted field path (``spec.rackConfig.racks[1].id``); ``hint`` says what would be right. ``subject``
    names the object (``shop/orders``) where the input holds several, and is empty otherwise.
    """

    rule: str
    severity: Severity
    path: str
    message: str
    hint: str = ""
    location: Location | None = None
    subject: str = ""
