"""The rules that a person asked for with `--only` and `--skip`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from aerofleet.findings.catalogue import known
from aerofleet.findings.finding import Finding

F = TypeVar("F", bound=Finding)


@dataclass(frozen=True, slots=True)
class Selection:
    """Rule ids: if ``only`` is not empty, all others are left out; those in ``skip`` are always left out."""

    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()

    @classmethod
    def of(cls, only: Iterable[str] = (), skip: Iterable[str] = ()) -> Selection:
        """Return the selection. Raises UnknownRuleError for an id that no rule has."""
        return cls(known(only), known(skip))

    def of_findings(self, findings: Iterable[F]) -> list[F]:
        """Return the findings of the selected rules."""
        return [finding for finding in findings if self.has(finding.rule)]

    def has(self, rule: str) -> bool:
        """Return whether the rule with this id is selected."""
        return (not self.only or rule in self.only) and rule not in self.skip
