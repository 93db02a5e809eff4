"""A finding: which rule, about what, where, what is wrong, and what would be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "severe", "warning", "info"]
"""``error``: refused, or meaningless. ``severe``: admitted, and it can cost data or availability. ``warning``: worth a
change. ``info``: worth knowing."""

SEVERITIES: tuple[Severity, ...] = ("error", "severe", "warning", "info")
"""The severities, the worst first."""

Applies = Literal["before", "with", "after"]
"""When a deployment applies what a finding is about: before it sends the resource of the cluster, with that, or after
everything else, and then only if nothing was refused. The engine sends the objects of a cluster before its resource,
and deletes objects last (components/database.py)."""

SubjectKind = Literal["cell", "team", "cluster", "object", "stack", "node", "file"]


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """The thing that a finding is about: a cluster ``shop/orders``, a team ``shop``, an object ``Secret shop/key``."""

    kind: SubjectKind
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should know about the input.

    ``rule`` is the id of a rule in the catalogue. ``path`` is a dotted field path within the subject
    (``spec.rackConfig.racks[1].id``); ``remedy`` says what would be right. ``subject`` is None where the input is one
    thing only.
    """

    rule: str
    severity: Severity
    path: str
    message: str
    remedy: str = ""
    location: Location | None = None
    subject: Subject | None = None
    applies: Applies = "with"

    @property
    def identity(self) -> tuple[object, ...]:
        """Return what makes a finding the same on both sides of a change: lines move, so no location is part of it."""
        return self.rule, self.severity, self.path, self.message, self.subject
