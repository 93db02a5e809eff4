"""The parts of a review that a reader sees, short enough for a comment and for a terminal.

An entry is one group of equal changes. What it leaves out it counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from aerofleet.ako.restart import CRASH, IMAGE, LIVE, NEW, NO_RESTART, POD_RESTART, REMOVED, SCALED_DOWN, WARM
from aerofleet.findings import SEVERITIES, Finding
from aerofleet.findings.effect import Effect
from aerofleet.forecast.text import assumed, rollout_line, worst_moment
from aerofleet.review.formats.cause_lines import MOST_CAUSES, CauseLine, cause_lines
from aerofleet.review.formats.definition_path import definition_path
from aerofleet.review.formats.reason_lines import (
    MOST_REASONS,
    ReasonLine,
    beside_refusal,
    consequences,
    hazard_lines,
)
from aerofleet.review.grouping import STANDS_FOR
from aerofleet.review.model import Group, Review, UnknownCell
from aerofleet.units.amount import counted

MOST_NAMES = 12
MOST_LINES = 12
"""Changed lines of which no cluster has one."""
BECOMES: dict[str, str] = {
    NO_RESTART: "no change",
    LIVE: "set live, no restart",
    WARM: "the server restarts in the pod",
    POD_RESTART: "rebuilt",
    IMAGE: "rebuilt with another image",
    NEW: "new",
    SCALED_DOWN: "deleted",
    REMOVED: "deleted with the rack",
    CRASH: "wait for an operator that panics",
}
"""What happens to pods → what a reader sees of it."""
RISKS = (Effect.REFUSED, Effect.DATA_AT_RISK, Effect.MOVES_DATA)
"""Effects whose entries are shown in full."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A group of equal changes. ``more_…``: how many are left out of the list before it. ``reasons``: the worst first,
    then all milder ones. ``rollout``: the forecast in one line, and ``worst_moment`` the step at which the least is
    left; both empty where there is none. ``assumed``: what the forecast takes for granted. ``beside``: what becomes of
    the other objects of a refused cluster. ``later``: the rules of the hazards that a refused change has once it is
    admitted. ``placeholders``: what ``<namespace>`` and the like stand for.
    """

    effect: Effect
    names: tuple[str, ...]
    more_names: int
    clusters: int
    environment: str
    pods: str
    rollout: str
    worst_moment: str
    assumed: str
    causes: tuple[CauseLine, ...]
    more_causes: int
    reasons: tuple[ReasonLine, ...]
    more_reasons: int
    hazards: tuple[ReasonLine, ...]
    more_hazards: int
    beside: tuple[ReasonLine, ...]
    more_beside: int
    later: str
    placeholders: tuple[tuple[str, str], ...]
    by_changed_code: bool

    @property
    def is_empty(self) -> bool:
        """Whether a reader sees nothing of it: its hazards are among the findings, and nothing else happens."""
        return self.effect == Effect.NONE and not (self.causes or self.reasons or self.hazards)


def entry_of(group: Group, known: Sequence[Finding] = ()) -> Entry:
    """Return a group as an entry. ``known``: findings that are shown elsewhere; no hazard repeats them."""
    names = [cluster.key for cluster in group.clusters]
    causes = [line for cause in group.first.causes for line in cause_lines(cause)]
    is_refused = group.first.effect == Effect.REFUSED
    worst, most = consequences(group.reasons, group.first.effect)
    beside = beside_refusal(group.reasons) if is_refused else []
    shown = {(finding.rule, finding.message.partition("; the same in ")[0]) for finding in known}
    also_reasons = {(reason.rule, reason.path) for reason in group.reasons}
    hazards = [
        hazard
        for hazard in sorted(group.hazards, key=lambda hazard: SEVERITIES.index(hazard.severity))
        if (hazard.rule, hazard.message) not in shown and (hazard.rule, hazard.path) not in also_reasons
    ]
    hazards_shown = [hazard for hazard in hazards if not is_refused or hazard.severity == "severe"]
    dangers = list(hazard_lines(hazards_shown, is_refused=is_refused))
    forecasts = group.forecasts if group.first.effect < Effect.REFUSED else ()
    return Entry(
        effect=group.first.effect,
        names=tuple(names[:MOST_NAMES]),
        more_names=len(names[MOST_NAMES:]),
        clusters=len(names),
        environment=group.first.environment,
        pods=_pods(group),
        rollout=rollout_line(forecasts),
        worst_moment=worst_moment(forecasts),
        assumed=assumed(forecasts),
        causes=tuple(causes[:MOST_CAUSES]),
        more_causes=len(causes[MOST_CAUSES:]),
        reasons=tuple(worst[:most]),
        more_reasons=len(worst[most:]),
        hazards=tuple(dangers[:MOST_REASONS]),
        more_hazards=len(dangers[MOST_REASONS:]),
        beside=tuple(beside[:MOST_REASONS]),
        more_beside=len(beside[MOST_REASONS:]),
        later=_by_rule([hazard for hazard in hazards if hazard not in hazards_shown]) if is_refused else "",
        placeholders=tuple(_placeholders(group)),
        by_changed_code=group.first.by_changed_code,
    )


@dataclass(slots=True)
class Shown:
    """What a reader has seen of the entries above: changed lines with their values, and the remedies of hazards."""

    causes: set[CauseLine] = field(default_factory=set)
    remedies: set[tuple[str, str]] = field(default_factory=set)

    def without_repeats(self, entry: Entry) -> Entry:
        """Return the entry without the values and remedies that are above, and note its own."""
        causes = tuple(replace(one, is_repeated=True) if one in self.causes else one for one in entry.causes)
        hazards = tuple(
            replace(one, remedy="") if (one.rule, one.remedy) in self.remedies else one for one in entry.hazards
        )
        self.causes |= set(entry.causes)
        self.remedies |= {(one.rule, one.remedy) for one in entry.hazards}
        return replace(entry, causes=causes, hazards=hazards)


def _by_rule(hazards: Sequence[Finding]) -> str:
    """Return the rules of hazards by severity: ``severe: `a`; warning: `b`, `c```."""
    rules: dict[str, dict[str, None]] = {}
    for hazard in hazards:
        rules.setdefault(hazard.severity, {})[f"`{hazard.rule}`"] = None
    return "; ".join(f"{severity}: {', '.join(names)}" for severity, names in rules.items())


def _placeholders(group: Group) -> Iterator[tuple[str, str]]:
    """Yield the names in the texts of a group that stand for another one of each cluster, and what they stand for."""
    texts = [text for one in (*group.reasons, *group.hazards) for text in (one.path, one.message)]
    for placeholder, meaning in STANDS_FOR.items():
        if any(placeholder in text for text in texts):
            yield placeholder, meaning


def _pods(group: Group) -> str:
    pods = group.pods if group.first.effect < Effect.REFUSED else {}
    counts = [f"{counted(pods[kind], 'pod')}: {text}" for kind, text in BECOMES.items() if pods.get(kind)]
    blocked = "; those on blocked hosts are rebuilt elsewhere" if group.first.blocks_hosts else ""
    return f"{'; '.join(counts)}{blocked}" if counts else ""


@dataclass(frozen=True, slots=True)
class EffectLine:
    """A line of the table: how many clusters and other objects have an effect."""

    effect: str
    clusters: int
    objects: int


def effect_lines(review: Review) -> tuple[EffectLine, ...]:
    """Return the effects that something has, the worst first; ``none`` last."""
    objects = Counter(str(other.effect) for other in review.others)
    order = ["refused", "unknown", *(str(effect) for effect in sorted(Effect, reverse=True) if effect < Effect.REFUSED)]
    return tuple(
        EffectLine(name, review.counts.get(name, 0), objects.get(name, 0))
        for name in order
        if review.counts.get(name, 0) or objects.get(name, 0)
    )


def new_findings(review: Review, *severities: str) -> list[ReasonLine]:
    """Return the new findings with these severities, in their order."""
    new = [one.finding for one in review.findings if one.is_new]
    return [_finding_line(finding) for severity in severities for finding in new if finding.severity == severity]


def _finding_line(finding: Finding) -> ReasonLine:
    path = definition_path(finding.path)
    where = (
        f"{finding.location.file}:{finding.location.line}" if finding.location else path or str(finding.subject or "")
    )
    parts = (str(finding.subject or ""), path if finding.location else "", finding.message)
    return ReasonLine(finding.severity, where, ": ".join(filter(None, parts)), finding.remedy, finding.rule)


def clusters_left_out(groups: Sequence[Group]) -> str:
    """Return how many clusters the groups have, by effect: ``4,000 refused, 12 data-at-risk``."""
    counts: Counter[Effect] = Counter()
    for group in groups:
        counts[group.first.effect] += len(group.clusters)
    return ", ".join(f"{counts[effect]:,} {effect}" for effect in sorted(counts, reverse=True))


@dataclass(frozen=True, slots=True)
class UnknownLines:
    """A cell, or some clusters of it, that can't be judged, with the mistakes that stop it."""

    cell: str
    names: tuple[str, ...]
    more_names: int
    reason: str
    way_out: str
    mistakes: tuple[ReasonLine, ...]
    more_mistakes: int


def mistake_lines(one: UnknownCell) -> UnknownLines:
    """Return what can't be judged. A mistake of base is marked: its line is another one in head. One that head has
    mended needs no remedy.
    """
    lines = [replace(line, remedy="") if one.is_mended else line for line in map(_finding_line, one.mistakes)]
    mistakes = [replace(line, path=f"{line.path} in base") if one.side == "base" else line for line in lines]
    return UnknownLines(
        one.cell,
        one.names[:MOST_NAMES],
        len(one.names[MOST_NAMES:]),
        one.reason,
        one.way_out.rstrip("."),
        tuple(mistakes[:MOST_REASONS]),
        len(mistakes[MOST_REASONS:]),
    )
