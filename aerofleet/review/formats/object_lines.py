"""The objects beside the clusters that a reader sees: equal changes of objects of one kind are one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aerofleet.findings.effect import Effect
from aerofleet.review.formats.cause_lines import MOST_CAUSES, CauseLine, cause_lines
from aerofleet.review.formats.entries import MOST_NAMES
from aerofleet.review.formats.reason_lines import MOST_REASONS, ReasonLine, reason_lines
from aerofleet.review.model import ChangedOther


@dataclass(frozen=True, slots=True)
class ObjectLine:
    """Objects of one kind in one cell, with the same change. ``names``: the first with the cell and the kind."""

    names: tuple[str, ...]
    more_names: int
    effect: Effect
    causes: tuple[CauseLine, ...]
    more_causes: int
    reasons: tuple[ReasonLine, ...]
    more_reasons: int


def object_lines(others: Iterable[ChangedOther]) -> Iterator[ObjectLine]:
    """Yield a line for all objects with the same change, the worst effect first."""
    groups: dict[object, list[ChangedOther]] = {}
    for other in sorted(others, key=lambda other: -other.effect):
        kind = other.object.partition(" ")[0]
        groups.setdefault((other.cell, kind, other.effect, other.reasons, repr(other.causes)), []).append(other)
    yield from map(_line, groups.values())


def _line(alike: list[ChangedOther]) -> ObjectLine:
    first = alike[0]
    names = [f"{first.cell} {first.object}", *(other.object.partition(" ")[2] for other in alike[1:])]
    reasons = list(reason_lines(sorted(first.reasons, key=lambda reason: -reason.effect)))
    causes = [line for cause in first.causes for line in cause_lines(cause)]
    return ObjectLine(
        tuple(names[:MOST_NAMES]),
        len(names[MOST_NAMES:]),
        first.effect,
        tuple(causes[:MOST_CAUSES]),
        len(causes[MOST_CAUSES:]),
        tuple(reasons[:MOST_REASONS]),
        len(reasons[MOST_REASONS:]),
    )
