"""Owns the output formats of a review: one module for each, and the dict that lists them.

A new format is a module with one function ``(review, terminal, show_all) -> text``, and a line in ``FORMATS``.
Must not import the command line.
"""

from __future__ import annotations

from collections.abc import Callable

from aerofleet.findings.terminal import Terminal
from aerofleet.review.formats.annotated import as_annotations, as_review_sarif
from aerofleet.review.formats.comment import as_comment
from aerofleet.review.formats.json import as_json
from aerofleet.review.formats.steps import as_review_steps
from aerofleet.review.formats.text import as_text
from aerofleet.review.formats.timeline import as_review_timeline
from aerofleet.review.model import Review

Format = Callable[[Review, Terminal, bool], str]
FORMATS: dict[str, Format] = {
    "text": as_text,
    "steps": as_review_steps,
    "json": as_json,
    "markdown": as_comment,
    "sarif": as_review_sarif,
    "github": as_annotations,
    "svg": as_review_timeline,
}
"""Value of ``--format`` → the function that returns the text. ``show_all``: the clusters of each group by name."""
