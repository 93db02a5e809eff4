"""The roll-outs of a review as text, step by step: a paragraph for each changed cluster that has one."""

from __future__ import annotations

from aerofleet.analysis.formats.steps import steps_of
from aerofleet.findings.terminal import NO_TERMINAL, Terminal
from aerofleet.review.model import Review


def as_review_steps(review: Review, terminal: Terminal = NO_TERMINAL, show_all: bool = True) -> str:
    """Return the steps; all changed clusters are in it, whatever ``show_all`` is."""
    return steps_of(((cluster.key, cluster.forecast) for cluster in review.clusters), terminal)
