"""The parts of a review that a reader sees, short enough for a comment and for a terminal.

An entry is one group of equal changes. What it leaves out it counts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aerofleet.analysis.formats.text import PODS
from aerofleet.findings import SEVERITIES, Finding
from aerofleet.findings.effect import Effect, Reason
from aerofleet.forecast.text import assumed, rollout_line, worst_moment
from aerofleet.review.formats.definition_path import definition_path
from aerofleet.review.model import Cause, ChangedOther, Group, Review, UnknownCell

MOST_NAMES = 12
MOST_CAUSES = 6
MOST_REASONS = 8
MOST_PLACES = 6
MOST_LINES = 12
"""Changed lines of which no cluster has one."""
ALIKE_FROM = 3
"""Number of reasons of one rule from which on they are one line."""
VALUES = " becomes "
"""Stands between the old and the new value in the message of a reason."""
RISKS = (Effect.REFUSED, Effect.DATA_AT_RISK, Effect.MOVES_DATA)
"""Effects whose entries are shown in full."""
LAYERS = {"team": "", "cell": "", "allocations": "allocated", "code": "code"}
"""Layer of a cause → what a line says about it, where the name of the file does not."""


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One changed line: ``where`` (``file:line``), ``path``, and the values. None: the side has no value."""

    where: str
    path: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One consequence. ``label``: its effect, or its severity. ``places``: further paths with the same."""

    label: str
    path: str
    message: str
    remedy: str
    rule: str
    places: tuple[str, ...] = ()
    more_places: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A group of equal changes. ``more_…``: how many are left out of the list before it. ``also``: the milder
    consequences, counted by effect. ``rollout``: the forecast in one line, and ``worst_moment`` the step at which the
    least is left; both empty where there is none. ``assumed``: what the forecast takes for granted.
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
    by_changed_code: bool

    @property
    def is_empty(self) -> bool:
        """Whether a reader sees nothing of it: its hazards are among the findings, and nothing else happens."""
        return self.effect == Effect.NONE and not (self.causes or self.reasons or self.hazards)


def entry_of(group: Group, known: Sequence[Finding] = ()) -> Entry:
    """Return a group as an entry. ``known``: findings that are shown elsewhere; no hazard repeats them."""
    names = [cluster.key for cluster in group.clusters]
    causes = [line for cause in group.first.causes for line in cause_lines(cause)]
    worst = list(reason_lines(reason for reason in group.reasons if reason.effect == group.first.effect))
    milder = Counter(str(reason.effect) for reason in group.reasons if reason.effect < group.first.effect)
    shown = {(finding.rule, finding.message.partition("; the same in ")[0]) for finding in known}
    also_reasons = {(reason.rule, reason.path) for reason in group.reasons}
    hazards = [
        hazard
        for hazard in sorted(group.hazards, key=lambda hazard: SEVERITIES.index(hazard.severity))
        if (hazard.rule, hazard.message) not in shown and (hazard.rule, hazard.path) not in also_reasons
    ]
    hazard_lines = list(finding_lines(hazards))
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
        also=", ".join(f"{count} {name}" for name, count in sorted(milder.items(), key=_severest)),
        by_changed_code=group.first.by_changed_code,
    )


def _severest(counted_effect: tuple[str, int]) -> int:
    return -next(effect for effect in Effect if str(effect) == counted_effect[0])


def cause_lines(cause: Cause) -> Iterator[CauseLine]:
    """Yield a line for each value of a cause: a mapping that comes or goes has several."""
    where = _where(cause)
    only = cause.new if cause.old is None else cause.old if cause.new is None else None
    for path, value in leaves(only, cause.path) if isinstance(only, Mapping) and only else [(cause.path, only)]:
        old, new = (cause.old, cause.new) if only is None else (None, value) if cause.old is None else (value, None)
        yield CauseLine(where, path, value_text(old), value_text(new))


def _where(cause: Cause) -> str:
    side = " in base" if cause.side == "base" else ""
    place = cause.location
    return f"{place.file}:{place.line}{side}" if place else LAYERS.get(cause.layer, cause.layer)


def leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the path and value of each leaf of a mapping."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    else:
        yield path, value


def value_text(value: Any) -> str | None:
    """Return a value as people write it: a text without quotes, all else as JSON; None for no value."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, default=str, ensure_ascii=False)


def reason_lines(reasons: Iterable[Reason]) -> Iterator[ReasonLine]:
    """Yield a line for each reason; one for several of the same rule, unless they show values."""
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
    if len(alike) < ALIKE_FROM or any(VALUES in reason.message for reason in alike):
        yield from (_line(label, reason, ()) for reason in alike)
    else:
        yield _line(label, alike[0], [reason.path for reason in alike[1:]])


def _line(label: str, finding: Finding, paths: Sequence[str]) -> ReasonLine:
    own = definition_path(finding.path)
    places = [path for path in dict.fromkeys(map(definition_path, paths)) if path != own]
    message = finding.message.replace(VALUES, " → ")
    return ReasonLine(
        label, own, message, finding.remedy, finding.rule, tuple(places[:MOST_PLACES]), len(places[MOST_PLACES:])
    )


def _pods(group: Group) -> str:
    pods = group.pods if group.first.effect < Effect.REFUSED else {}
    counts = [f"{pods[kind]} {text}" for kind, text in PODS.items() if pods.get(kind)]
    blocked = "; those on blocked hosts are rebuilt elsewhere" if group.first.blocks_hosts else ""
    return f"{', '.join(counts)}{blocked}" if counts else ""


@dataclass(frozen=True, slots=True)
class HostLines:
    """What becomes of hosts, of a pool or of a quota: the changed lines, then sentences."""

    name: str
    causes: tuple[CauseLine, ...]
    more_causes: int
    notes: tuple[str, ...]


def host_lines(review: Review) -> list[HostLines]:
    """Return what becomes of hosts, pools and quotas."""
    found = []
    for one in review.hosts:
        causes = [
            CauseLine(_where(cause), cause.path, value_text(cause.old), value_text(cause.new)) for cause in one.causes
        ]
        found.append(
            HostLines(f"{one.cell}: {one.subject}", tuple(causes[:MOST_CAUSES]), len(causes[MOST_CAUSES:]), one.notes)
        )
    return found


def other_line_lines(review: Review) -> list[CauseLine]:
    """Return a line for each changed value that no cluster's change names."""
    return [
        CauseLine(_where(cause), cause.path, value_text(cause.old), value_text(cause.new))
        for cause in review.other_lines
    ]


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


@dataclass(frozen=True, slots=True)
class ObjectLine:
    """An object beside the clusters, in one line."""

    name: str
    effect: Effect
    reasons: tuple[ReasonLine, ...]
    more_reasons: int


def object_line(other: ChangedOther) -> ObjectLine:
    """Return an object beside the clusters."""
    reasons = list(reason_lines(sorted(other.reasons, key=lambda reason: -reason.effect)))
    return ObjectLine(
        f"{other.cell} {other.object}", other.effect, tuple(reasons[:MOST_REASONS]), len(reasons[MOST_REASONS:])
    )
