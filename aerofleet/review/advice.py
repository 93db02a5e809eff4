"""The advice that follows from a review: merge, wait for a quiet time, ask somebody, or do not merge; and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from aerofleet.findings import Finding
from aerofleet.findings.effect import Effect
from aerofleet.forecast.text import longest
from aerofleet.review.model import ChangedCluster, Review, UnknownCell
from aerofleet.review.other_lines import needs_a_look
from aerofleet.units.amount import amount_range

Action = Literal["merge", "wait", "ask", "stop"]
ACTIONS: dict[Action, str] = {
    "merge": "merge at any time",
    "wait": "merge when there is time for the roll-out",
    "ask": "ask first",
    "stop": "do not merge",
}
"""Action → what a reader should do, the mildest first."""
MOST_NAMES = 6


@dataclass(frozen=True, slots=True)
class Advice:
    """``action``: the strictest that follows from any part of the review. ``steps``: a sentence for each part that it
    follows from, the strictest first.
    """

    action: Action
    steps: tuple[str, ...]

    @property
    def title(self) -> str:
        return ACTIONS[self.action]


def advice_of(review: Review) -> Advice:
    """Return what a reader should do."""
    steps = [*_stops(review), *_asks(review), *_waits(review)]
    if not steps:
        return Advice("merge", ("Nothing restarts, and no data moves.",))
    strictness = list(ACTIONS)
    action = max((one for one, _ in steps), key=strictness.index)
    return Advice(action, tuple(text for _, text in sorted(steps, key=lambda step: -strictness.index(step[0]))))


def _stops(review: Review) -> Iterator[tuple[Action, str]]:
    if unknown := [one for one in review.unknown if not one.is_mended]:
        yield "stop", f"It can't be judged in full ({_unknown(unknown)}): mend what is listed below first."
    if refused := _clusters(review, Effect.REFUSED):
        yield "stop", f"The operator does not do the change of {counted(len(refused), 'cluster')}: take the way below."
    if objects := sum(other.effect == Effect.REFUSED for other in review.others):
        yield "stop", f"Kubernetes does not do the change of {counted(objects, 'object')}: take the way below."
    if errors := _new(review, "error"):
        yield "stop", f"It breaks {counted(len(errors), 'rule')} of the platform: {rules_of(errors)}."


def _asks(review: Review) -> Iterator[tuple[Action, str]]:
    if mended := [one for one in review.unknown if one.is_mended]:
        text = f"It mends base ({_unknown(mended)}), and nobody knows what else it does there"
        yield "ask", f"{text}: compare it with the revision that was deployed last, `--base REVISION`."
    if at_risk := _clusters(review, Effect.DATA_AT_RISK):
        yield "ask", f"Ask {_teams(at_risk)} whether the data may be lost, or has a backup: a step can leave no copy."
    if any(one.effect == Effect.DATA_AT_RISK for one in review.others):
        yield "ask", "Ask the platform team: what a changed object does is not known, or may cut off data."
    admitted = [group for group in review.groups if group.first.effect < Effect.REFUSED]
    hazards = [hazard for group in admitted for hazard in group.hazards if hazard.severity == "severe"]
    if severe := [*hazards, *_new(review, "severe")]:
        yield "ask", f"Ask who answers for what is severe below: {rules_of(severe)}."
    if moving := _clusters(review, Effect.MOVES_DATA):
        who = counted(len(moving), "cluster")
        text = f"Ask the platform team for a quiet time: data of {who} moves over the network{_needed(moving)}."
        yield "ask", text
    if review.previews:
        stacks = _listed(stack for preview in review.previews for stack in preview.stacks)
        yield "ask", f"Look at a preview of the engine first, for {stacks}: its pins, code or settings differ."
    if lines := [cause for cause in review.other_lines if needs_a_look(cause)]:
        yield "ask", f"Ask the platform team: no object shows what {counted(len(lines), 'changed line')} below will do."
    if review.changed_code:
        yield "ask", "Ask the owners of the code: it differs, and the rendering with it."


def _waits(review: Review) -> Iterator[tuple[Action, str]]:
    restarting = [*_clusters(review, Effect.WARM_RESTART), *_clusters(review, Effect.ROLLING_RESTART)]
    if restarting:
        who, them = counted(len(restarting), "cluster"), "it" if len(restarting) == 1 else "them"
        text = f"Pods of {who} restart, batch by batch{_needed(restarting)}: no other change of {them} until"
        yield "wait", f"{text} `aerofleet wait` ends."


def _needed(clusters: Iterable[ChangedCluster]) -> str:
    """Return how much time the roll-outs need, which run side by side; empty where it is not known."""
    seconds = longest([forecast for cluster in clusters if (forecast := cluster.forecast)])
    return f", which needs about {amount_range(seconds.low, seconds.high, 's')}" if seconds else ""


def _unknown(parts: Iterable[UnknownCell]) -> str:
    """Return the cells of which something can't be judged, with the number of their clusters."""
    clusters: dict[str, int] = {}
    for one in parts:
        clusters[one.cell] = max(clusters.get(one.cell, 0), one.clusters)
    return ", ".join(
        f"{cell or 'the whole change'}: {counted(number, 'cluster')}" if number else cell or "the whole change"
        for cell, number in clusters.items()
    )


def counted(number: int, noun: str) -> str:
    """Return ``1 cluster``, ``2 clusters``, ``1,000 clusters``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def rules_of(findings: Iterable[Finding]) -> str:
    """Return the ids of the rules, each once."""
    return ", ".join(f"`{name}`" for name in dict.fromkeys(finding.rule for finding in findings))


def _clusters(review: Review, effect: Effect) -> list[ChangedCluster]:
    return [cluster for cluster in review.clusters if cluster.effect == effect]


def _new(review: Review, severity: str) -> list[Finding]:
    return [one.finding for one in review.findings if one.is_new and one.finding.severity == severity]


def _teams(clusters: Iterable[ChangedCluster]) -> str:
    names = list(dict.fromkeys(cluster.team for cluster in clusters))
    return f"the team{'s' if len(names) > 1 else ''} {_listed(names)}"


def _listed(names: Iterable[str]) -> str:
    """Return the first names, each once, and the number of the others."""
    distinct = list(dict.fromkeys(names))
    more = f" and {len(distinct) - MOST_NAMES:,} more" if len(distinct) > MOST_NAMES else ""
    return f"{', '.join(distinct[:MOST_NAMES])}{more}"
