"""The order of effects, from nothing to refused, and the reasons for one. A cluster's effect is its worst reason's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from aerofleet.findings.finding import Finding, Severity


class Effect(IntEnum):
    """What a change does to a cluster, in a total order."""

    NONE = 0
    LIVE = 1
    WARM_RESTART = 2
    ROLLING_RESTART = 3
    MOVES_DATA = 4
    DATA_AT_RISK = 5
    REFUSED = 6

    def __str__(self) -> str:
        return self.name.lower().replace("_", "-")


EFFECTS: dict[Effect, str] = {
    Effect.NONE: "nothing differs after the operator's own defaulting",
    Effect.LIVE: "applied without any restart",
    Effect.WARM_RESTART: "servers restart in their pods, one pod or batch after the other; index and data survive",
    Effect.ROLLING_RESTART: "pods are rebuilt, one pod or batch after the other; data survives on devices",
    Effect.MOVES_DATA: "copies of records move between nodes or are made anew; every record keeps a copy",
    Effect.DATA_AT_RISK: "records can be lost or not served, in a step or later; or the rules do not know what happens",
    Effect.REFUSED: "the operator does not do it, or its code panics on it",
}

SEVERITY_OF: dict[Effect, Severity] = {
    Effect.NONE: "info",
    Effect.LIVE: "info",
    Effect.WARM_RESTART: "info",
    Effect.ROLLING_RESTART: "info",
    Effect.MOVES_DATA: "warning",
    Effect.DATA_AT_RISK: "severe",
    Effect.REFUSED: "error",
}
"""Effect → the severity of its reasons."""


@dataclass(frozen=True, slots=True)
class Reason(Finding):
    """A finding with an effect: one reason why a change does what it does."""

    effect: Effect = Effect.NONE

    @classmethod
    def refusal(cls, finding: Finding) -> Reason:
        """Return the refusal that an error is for the change that brings it; its message ends with the remedy."""
        message = f"{finding.message}; {finding.remedy}" if finding.remedy else finding.message
        return cls(finding.rule, "error", finding.path, message, effect=Effect.REFUSED)


def worst(reasons: Iterable[Reason]) -> Effect:
    """Return the worst effect of ``reasons``; NONE without any."""
    return max((reason.effect for reason in reasons), default=Effect.NONE)
