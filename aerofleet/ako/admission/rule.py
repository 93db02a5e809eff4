"""What a rule of the operator's validating webhook is here: an id, a sentence, and a small function that yields what
it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aerofleet.units.version import is_at_least

Refused = tuple[str, str, str]
"""(field path, what is wrong, what would be right)."""
Check = Callable[..., Iterator[Refused]]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """``since`` is the first operator release that has the rule, ``until`` the first that no longer has it (empty: all
    later ones have it); ``warns`` ones are let through with a word.
    """

    id: str
    check: Check
    summary: str
    since: str
    until: str
    warns: bool

    def holds_in(self, operator: str) -> bool:
        """Does this operator release have the rule?"""
        return is_at_least(operator, self.since) and not (self.until and is_at_least(operator, self.until))


def rule(name: str, *, since: str = "4.0.0", until: str = "", warns: bool = False) -> Callable[[Check], Rule]:
    """Make a rule of a generator; its docstring's first line is the rule in a person's words."""

    def made(check: Check) -> Rule:
        summary = " ".join((check.__doc__ or "").split())
        return Rule(name, check, summary, since, until, warns)

    return made
