"""The reasons and hazards of an entry in lines. Every changed value is in one: only repeats share a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from aerofleet.findings import Finding
from aerofleet.findings.effect import Effect, Reason
from aerofleet.review.beside import kept, sent_before
from aerofleet.review.formats.definition_path import definition_path

MOST_REASONS = 8
ALIKE_FROM = 3
"""Number of refusals of one rule from which on they are one line: nothing of them is applied."""
MOST_MILDER = 40
"""Reasons that are milder than the effect: each is a changed setting, so nearly all are shown."""
MOST_PLACES = 24
MOST_VALUES = 8
VALUES = " becomes "
"""Stands between the old and the new value in the message of a reason."""
BECOMES = re.compile(r" becomes (?!of )")
CLAUSE = "; "
"""Stands before the consequence in it."""
ENTRY = re.compile(r"\[\d+\]|\.\{[^}]*\}")
"""An entry of a list in a path."""
INDEX = re.compile(r"\[\d+\]")
"""An entry of a list without a name."""
SENT = "applies although the cluster is refused, because it is sent first"
KEPT = "deleted only at the end of a run in which nothing is refused"
SAME_IMAGE = re.compile(r"(?<!\S)((?:[\w.-]+(?::\d+)?/)+[\w.-]+(?: … [\w.-]+)?):([\w.-]+) → \1:([\w.-]*\w)")
"""Two tags of one image: the line that changes them, or the path, names the image."""


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One consequence. ``label``: its effect, or its severity. ``places``: further paths with the same. ``others``: how
    many further values the same field has at other entries.
    """

    label: str
    path: str
    message: str
    remedy: str
    rule: str
    places: tuple[str, ...] = ()
    more_places: int = 0
    others: int = 0


def consequences(reasons: Sequence[Reason], effect: Effect) -> tuple[list[ReasonLine], int]:
    """Return the lines of the reasons, the worst first, and how many of them to show. A refused change has only what
    refuses it. A milder reason that repeats a worse one of its path is none.
    """
    of_effect = [reason for reason in reasons if reason.effect == effect]
    if effect == Effect.REFUSED:
        return list(reason_lines(_first_refusals(of_effect))), MOST_REASONS
    worst = {reason.path: reason.message for reason in of_effect}
    milder = sorted(
        (
            reason
            for reason in reasons
            if reason.effect < effect and not _is_repeated(reason.message, worst.get(reason.path))
        ),
        key=lambda reason: -reason.effect,
    )
    lines = list(reason_lines(of_effect))
    return [*lines[:MOST_REASONS], *reason_lines(milder), *lines[MOST_REASONS:]], MOST_REASONS + MOST_MILDER


def _is_repeated(message: str, worse: str | None) -> bool:
    """Return whether a worse message about the same path has all values."""
    return worse is not None and (VALUES not in message or VALUES in worse or " become " in worse)


def beside_refusal(reasons: Sequence[Reason]) -> list[ReasonLine]:
    """Return what becomes of the other objects of a refused cluster."""
    now, later = reason_lines(sent_before(reasons)), reason_lines(kept(reasons))
    return [*(replace(line, label=SENT) for line in now), *(replace(line, label=KEPT) for line in later)]


def hazard_lines(hazards: Iterable[Finding], *, is_refused: bool) -> Iterator[ReasonLine]:
    """Yield the lines of hazards; for a refused cluster with the time at which they come."""
    for first, paths in _distinct(hazards):
        when = "although the cluster is refused" if first.applies == "before" else "once it is admitted"
        yield _line(f"{first.severity} hazard {when}" if is_refused else f"{first.severity} hazard", first, paths)


def _first_refusals(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """Yield the reasons without what another rule would refuse of a field later: nothing gets that far."""
    judged: set[str] = set()
    for _, of_rule in groupby(reasons, key=lambda reason: reason.rule):
        kept = [reason for reason in of_rule if ENTRY.sub("", reason.path) not in judged]
        judged |= {ENTRY.sub("", reason.path) for reason in kept}
        yield from kept


def reason_lines(reasons: Iterable[Reason]) -> Iterator[ReasonLine]:
    """Yield a line for each reason; one for several of the same rule with the same message, or with other values of
    the same field.
    """
    groups: dict[tuple[str, str], list[Reason]] = {}
    for reason in reasons:
        groups.setdefault((str(reason.effect), reason.rule), []).append(reason)
    for (label, _), alike in groups.items():
        yield from _lines(label, alike)


def finding_lines(findings: Iterable[Finding]) -> Iterator[ReasonLine]:
    """Yield a line for each finding; one for several with the same message."""
    for first, paths in _distinct(findings):
        yield _line(first.severity, first, paths)


def _distinct(findings: Iterable[Finding]) -> Iterator[tuple[Finding, list[str]]]:
    """Yield the first finding of each message, and the paths of the others with it."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.rule, finding.message), []).append(finding)
    for first, *others in groups.values():
        yield first, [finding.path for finding in others]


def _lines(label: str, alike: Sequence[Reason]) -> Iterator[ReasonLine]:
    """Yield the lines of the reasons of one rule: those with the same message are one, and so are those that show other
    values, with the same consequence, at one field of entries without names.
    """
    if label == str(Effect.REFUSED) and len(alike) >= ALIKE_FROM and not any(VALUES in one.message for one in alike):
        yield _line(label, alike[0], [reason.path for reason in alike[1:]])
        return
    same: dict[str, list[Reason]] = {}
    for reason in alike:
        same.setdefault(reason.message, []).append(reason)
    similar: dict[tuple[str, str], list[list[Reason]]] = {}
    for message, reasons in same.items():
        _, values, after = message.partition(VALUES)
        key = (INDEX.sub("", reasons[0].path), after.partition(CLAUSE)[2]) if values else (message, "")
        similar.setdefault(key, []).append(reasons)
    for several in similar.values():
        shown = [reasons[0].message.partition(CLAUSE)[0] for reasons in several[:MOST_VALUES]]
        _, clause, consequence = several[0][0].message.partition(CLAUSE)
        first = replace(several[0][0], message=f"{', '.join(shown)}{clause}{consequence}")
        line = _line(label, first, [one.path for reasons in several for one in reasons])
        yield replace(line, others=len(several[MOST_VALUES:]))


def _line(label: str, finding: Finding, paths: Sequence[str]) -> ReasonLine:
    own = definition_path(finding.path)
    places = [path for path in dict.fromkeys(map(definition_path, paths)) if path != own]
    message = SAME_IMAGE.sub(r"\2 → \3", BECOMES.sub(" → ", finding.message))
    return ReasonLine(
        label, own, message, finding.remedy, finding.rule, tuple(places[:MOST_PLACES]), len(places[MOST_PLACES:])
    )
