"""A policy: a rule with a kind and a level, and the hazards that it reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from aerofleet.files.cell import CellFile
from aerofleet.findings import Check, Rule, Severity
from aerofleet.findings.rule import P
from aerofleet.policy.contacts import Role
from aerofleet.policy.severity import SEVERITIES, Level, severity_in

Kind = Literal["state", "change"]
CONCEPT = "Platform rule: docs/concepts/policies.md"
"""Source of the policies that the platform decides by itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Policy(Rule[P]):
    """``severity`` is that of production. ``is_in_pack``: rendered objects are enough to judge it, so that the pack of
    the engine has it, too. ``raises``: hazards that it reports with its own severity; where it reports, they are left
    out. ``is_waivable``: whether a waiver can let something pass. ``asks``: whose word is enough to let something pass;
    None where a change has to become another one.
    """

    kind: Kind = "state"
    level: Level = Level.MANDATORY
    is_in_pack: bool = False
    raises: tuple[Rule[...], ...] = ()
    is_waivable: bool = True
    asks: Role | None = None

    def severity_in(self, cell: CellFile) -> Severity | None:
        """Return the severity in a cell; None where the policy is off."""
        return severity_in(cell, self.id, self.level)


def policy(  # noqa: PLR0913 - one name for each fact of a policy
    name: str,
    *,
    kind: Kind,
    remedy: str,
    source: str = CONCEPT,
    level: Level = Level.MANDATORY,
    in_pack: bool = False,
    raises: tuple[Rule[...], ...] = (),
    waivable: bool = True,
    asks: Role | None = None,
) -> Callable[[Check[P]], Policy[P]]:
    """Make a policy of a generator; the first paragraph of its docstring is the summary."""

    def made(check: Check[P]) -> Policy[P]:
        summary = " ".join((check.__doc__ or "").split("\n\n")[0].split())
        severity = SEVERITIES[level]["production"]
        assert severity is not None  # noqa: S101
        return Policy(
            name,
            "policy",
            severity,
            summary,
            check,
            remedy,
            source,
            kind=kind,
            level=level,
            is_in_pack=in_pack,
            raises=raises,
            is_waivable=waivable,
            asks=asks,
        )

    return made


def declared_policy(  # noqa: PLR0913 - one name for each fact of a policy
    name: str, summary: str, *, kind: Kind, level: Level, remedy: str, source: str, asks: Role | None = None
) -> Policy[...]:
    """Return a policy about exceptions: it has no check of its own, and nothing waives it."""
    severity = SEVERITIES[level]["production"]
    assert severity is not None  # noqa: S101
    return Policy(
        name, "policy", severity, summary, None, remedy, source, kind=kind, level=level, is_waivable=False, asks=asks
    )


def policies_in(namespace: dict[str, Any]) -> tuple[Policy[...], ...]:
    """Return the policies of a module (``policies_in(globals())``), in the order in which they are written."""
    return tuple(value for value in namespace.values() if isinstance(value, Policy))
