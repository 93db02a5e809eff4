"""The roll-outs of a review as a picture (SVG): one for each group of equal changes, that of its first cluster."""

from __future__ import annotations

from aerofleet.analysis.formats.timeline import timeline_of
from aerofleet.findings.terminal import NO_TERMINAL, Terminal
from aerofleet.review.model import Group, Review
from aerofleet.units.amount import counted


def as_review_timeline(review: Review, terminal: Terminal = NO_TERMINAL, show_all: bool = True) -> str:
    """Return the picture, whatever ``show_all`` is. Raises MistakeError where the extra ``timeline`` is missing."""
    return timeline_of((_title(group), group.first.forecast) for group in review.groups)


def _title(group: Group) -> str:
    more = len(group.clusters) - 1
    alike = f", and {counted(more, 'cluster')} more with an equal change" if more else ""
    return f"{group.first.key}{alike}"
