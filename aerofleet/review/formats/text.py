"""A review as text: the verdict, then each group of equal changes, the worst effect first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from aerofleet.analysis.formats.folding import folded
from aerofleet.findings.terminal import NO_TERMINAL, Terminal, shown
from aerofleet.review.model import Cause, ChangedCluster, Group, Review

MOST_NAMES = 6
MOST_CAUSES = 5


def as_text(review: Review, terminal: Terminal = NO_TERMINAL, show_all: bool = False) -> str:
    """Return a paragraph for each group of clusters, and lines for the rest."""
    return "".join(f"{terminal.wrapped(shown(line))}\n" for line in _lines(review, show_all))


def _lines(review: Review, show_all: bool) -> Iterator[str]:
    counted = [f"{number} {name}" for name, number in review.counts.items() if number]
    yield f"verdict: {review.verdict} ({', '.join(counted) or 'no cluster'})"
    for one in review.unknown:
        yield f"unknown: {one.cell or 'everything'}: {one.reason}. {one.way_out}"
        yield from (f"  {finding.location}: {finding.path}: {finding.message}" for finding in one.mistakes)
    for group in review.groups:
        yield from _group(group, show_all)
    for other in review.others:
        yield f"{other.effect}: {other.cell} {other.object}"
        yield from (f"  {reason.path}: {reason.message}  [{reason.rule}]" for reason in other.reasons)
    for found in review.findings:
        if found.is_new:
            yield f"new finding ({found.finding.severity}): {found.finding.location}: {found.finding.message}"
    for preview in review.previews:
        yield f"engine preview needed for {', '.join(preview.stacks)}: {', '.join(preview.pins)}"


def _group(group: Group, show_all: bool) -> Iterator[str]:
    first = group.first
    yield f"{first.effect}: {_names(group.clusters, show_all)}"
    yield from (f"  because of {_cause(cause)}" for cause in first.causes[:MOST_CAUSES])
    for reason in folded(sorted(group.reasons, key=lambda reason: -reason.effect)):
        yield f"  {reason.effect} {reason.path}: {reason.message}  [{reason.rule}]"
    for hazard in group.hazards:
        yield f"  hazard ({hazard.severity}) {hazard.path}: {hazard.message}  [{hazard.rule}]"


def _names(clusters: Sequence[ChangedCluster], show_all: bool) -> str:
    names = [cluster.key for cluster in clusters]
    kept = names if show_all else names[:MOST_NAMES]
    more = f" and {len(names) - len(kept)} more" if len(names) > len(kept) else ""
    return ", ".join(kept) + more


def _cause(cause: Cause) -> str:
    old, new = ("none" if value is None else json.dumps(value, default=str) for value in (cause.old, cause.new))
    return f"{cause.location or cause.layer}: {cause.path}: {old} → {new}"
