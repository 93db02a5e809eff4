"""The order of effects: from nothing to refused. A cluster's effect is the worst of its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from aerofleet.findings import Finding


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


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for an effect: which rule says so, of which field, in words."""

    effect: Effect
    rule: str
    path: str
    message: str


def refusal(finding: Finding) -> Reason:
    """What the webhooks refuse, and what would be right."""
    message = f"{finding.message}; {finding.hint}" if finding.hint else finding.message
    return Reason(Effect.REFUSED, finding.rule, finding.path, message)


def worst(reasons: list[Reason]) -> Effect:
    return max((reason.effect for reason in reasons), default=Effect.NONE)


EFFECTS: dict[Effect, str] = {
    Effect.NONE: "nothing differs after the operator's own defaulting",
    Effect.LIVE: "applied without any restart",
    Effect.WARM_RESTART: "servers restart in their pods, one pod or batch after the other; index and data survive",
    Effect.ROLLING_RESTART: "pods are rebuilt, one pod or batch after the other; data survives on devices",
    Effect.MOVES_DATA: "copies of records move between nodes or are made anew; every record keeps a copy",
    Effect.DATA_AT_RISK: "a step can leave records without any copy, or the rules do not know what happens",
    Effect.REFUSED: "the operator does not do it, or its code panics on it",
}
