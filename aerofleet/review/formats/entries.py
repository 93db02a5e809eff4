"""The parts of a review that a reader sees, short enough for a comment and for a terminal.

An entry is one group of equal changes. What it leaves out it counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from aerofleet.analysis.formats.text import PODS
from aerofleet.findings import SEVERITIES, Finding
from aerofleet.findings.effect import Effect, Reason
from aerofleet.forecast.text import assumed, rollout_line, worst_moment
from aerofleet.review.formats.cause_lines import MOST_CAUSES, CauseLine, cause_lines
from aerofleet.review.formats.definition_path import definition_path
from aerofleet.review.grouping import STANDS_FOR
from aerofleet.review.model import Group, Review, UnknownCell

MOST_NAMES = 12
MOST_REASONS = 8
MOST_PLACES = 6
MOST_LINES = 12
"""Changed lines of which no cluster has one."""
ALIKE_FROM = 3
"""Number of reasons of one rule from which on they are one line."""
VALUES = " becomes "
"""Stands between the old and the new value in the message of a reason."""
CLAUSE = "; "
"""Stands before the consequence in it."""
ENTRY = re.compile(r"\[\d+\]|\.\{[^}]*\}")
"""An entry of a list in a path."""
SAME_IMAGE = re.compile(r"(?<!\S)((?:[\w.-]+(?::\d+)?/)+[\w.-]+(?: … [\w.-]+)?):([\w.-]+) → \1:([\w.-]*\w)")
"""Two tags of one image: the line that changes them, or the path, names the image."""
RISKS = (Effect.REFUSED, Effect.DATA_AT_RISK, Effect.MOVES_DATA)
"""Effects whose entries are shown in full."""


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One consequence. ``label``: its effect, or its severity. ``places``: further paths with the same. ``others``: how
    many further places have the same of other values.
    """

    label: str
    path: str
    message: str
    remedy: str
    rule: str
    places: tuple[str, ...] = ()
    more_places: int = 0
    others: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A group of equal changes. ``more_…``: how many are left out of the list before it. ``also``: the milder
    consequences, counted by effect. ``rollout``: the forecast in one line, and ``worst_moment`` the step at which the
    least is left; both empty where there is none. ``assumed``: what the forecast takes for granted.
    ``later``: the rules of the hazards that a refused change has once it is admitted. ``placeholders``: what
    ``<namespace>`` and the like stand for.
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
    also: str
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
    of_effect = [reason for reason in group.reasons if reason.effect == group.first.effect]
    worst = list(reason_lines(_first_refusals(of_effect) if is_refused else of_effect))
    milder = Counter(str(reason.effect) for reason in group.reasons if reason.effect < group.first.effect)
    shown = {(finding.rule, finding.message.partition("; the same in ")[0]) for finding in known}
    also_reasons = {(reason.rule, reason.path) for reason in group.reasons}
    hazards = [
        hazard
        for hazard in sorted(group.hazards, key=lambda hazard: SEVERITIES.index(hazard.severity))
        if (hazard.rule, hazard.message) not in shown and (hazard.rule, hazard.path) not in also_reasons
    ]
    hazard_lines = [] if is_refused else list(finding_lines(hazards))
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
        reasons=tuple(worst[:MOST_REASONS]),
        more_reasons=len(worst[MOST_REASONS:]),
        hazards=tuple(hazard_lines[:MOST_REASONS]),
        more_hazards=len(hazard_lines[MOST_REASONS:]),
        also=""
        if is_refused
        else ", ".join(f"{count} {name}" for name, count in sorted(milder.items(), key=_severest)),
        later=_by_rule(hazards) if is_refused else "",
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


def _first_refusals(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """Yield the reasons without what another rule would refuse of a field later: nothing gets that far."""
    judged: set[str] = set()
    for _, of_rule in groupby(reasons, key=lambda reason: reason.rule):
        kept = [reason for reason in of_rule if ENTRY.sub("", reason.path) not in judged]
        judged |= {ENTRY.sub("", reason.path) for reason in kept}
        yield from kept


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


def _severest(counted_effect: tuple[str, int]) -> int:
    return -next(effect for effect in Effect if str(effect) == counted_effect[0])


def reason_lines(reasons: Iterable[Reason]) -> Iterator[ReasonLine]:
    """Yield a line for each reason; one for several of the same rule that say the same, or the same of other values."""
    groups: dict[tuple[str, str], list[Reason]] = {}
    for reason in reasons:
        groups.setdefault((str(reason.effect), reason.rule), []).append(reason)
    for (label, _), alike in groups.items():
        yield from _lines(label, alike)


def finding_lines(findings: Iterable[Finding]) -> Iterator[ReasonLine]:
    """Yield a line for each finding; one for several with the same message."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.rule, finding.message), []).append(finding)
    for (severity, _, _), alike in groups.items():
        yield _line(severity, alike[0], [finding.path for finding in alike[1:]])


def _lines(label: str, alike: Sequence[Reason]) -> Iterator[ReasonLine]:
    """Yield the lines of the reasons of one rule: those with the same message are one, and those that show other values
    at the same field of several entries or objects are one with their number.
    """
    if len(alike) >= ALIKE_FROM and not any(VALUES in reason.message for reason in alike):
        yield _line(label, alike[0], [reason.path for reason in alike[1:]])
        return
    same: dict[str, list[Reason]] = {}
    for reason in alike:
        same.setdefault(reason.message, []).append(reason)
    similar: dict[tuple[str, str], list[list[Reason]]] = {}
    for message, reasons in same.items():
        _, values, after = message.partition(VALUES)
        key = (ENTRY.sub("", reasons[0].path), after.partition(CLAUSE)[2]) if values else (message, "")
        similar.setdefault(key, []).append(reasons)
    for several in similar.values():
        if len(several) < ALIKE_FROM:
            yield from (_line(label, reasons[0], [one.path for one in reasons[1:]]) for reasons in several)
        else:
            more = sum(len(reasons) for reasons in several[1:])
            yield replace(_line(label, several[0][0], [one.path for one in several[0][1:]]), others=more)


def _line(label: str, finding: Finding, paths: Sequence[str]) -> ReasonLine:
    own = definition_path(finding.path)
    places = [path for path in dict.fromkeys(map(definition_path, paths)) if path != own]
    message = SAME_IMAGE.sub(r"\2 → \3", finding.message.replace(VALUES, " → "))
    return ReasonLine(
        label, own, message, finding.remedy, finding.rule, tuple(places[:MOST_PLACES]), len(places[MOST_PLACES:])
    )


def _pods(group: Group) -> str:
    pods = group.pods if group.first.effect < Effect.REFUSED else {}
    counts = [f"{pods[kind]} {text}" for kind, text in PODS.items() if pods.get(kind)]
    blocked = "; those on blocked hosts are rebuilt elsewhere" if group.first.blocks_hosts else ""
    return f"{', '.join(counts)}{blocked}" if counts else ""


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
