"""The exit code that follows from a review."""

from __future__ import annotations

from aerofleet.findings.effect import Effect
from aerofleet.findings.exit_code import ExitCode
from aerofleet.review.model import Review

FAILING = ("error", "severe")
"""Severities of a new finding that fails a review."""


def review_exit_code(review: Review, fail_on: Effect) -> ExitCode:
    """Return FINDINGS for a cell that can't be judged, a new finding that is severe or an error, and an effect that is
    ``fail_on`` or worse (``NONE``: whatever the effect is, it fails nothing); else FINE.
    """
    has_new = any(found.is_new and found.finding.severity in FAILING for found in review.findings)
    is_effect = review.effect >= fail_on > Effect.NONE
    return ExitCode.FINDINGS if review.unknown or has_new or is_effect else ExitCode.FINE
