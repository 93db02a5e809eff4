"""Reasons that only the steps of a roll-out show, added to those of the change.

The forecast is made where such a reason is possible: it costs more than the rest of the judgement.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aerofleet.ako.change import Change
from aerofleet.ako.estimate import is_estimate, marked
from aerofleet.ako.status import Status
from aerofleet.findings.effect import Effect, worst

if TYPE_CHECKING:
    from aerofleet.findings.effect import Reason


def with_step_reasons(change: Change, status: Status) -> Change:
    """Return the change with the reasons of its steps, and the effect that follows. ``status``: that of ``change.old``.

    A change that is refused has no step.
    """
    if change.effect in (Effect.NONE, Effect.REFUSED):
        return change
    least = max(change.old.min_cluster_size, change.new.min_cluster_size)
    if not (change.old.has_roster or status.failed or least > 1):
        return change
    # Loaded with the first such change: the others start without it.
    from aerofleet.forecast.build import forecast_of
    from aerofleet.forecast.copies.reasons import copies_reasons, may_lack_copies

    if not may_lack_copies(change.old, change.new, change.restarts, status):
        return change
    forecast = forecast_of(change.old, change.new, status=status)
    found: list[Reason] = list(copies_reasons(change.old, change.new, forecast, status))
    operator = change.new.operator
    if is_estimate(operator):
        found = [replace(reason, message=marked(reason.message, operator)) for reason in found]
    return replace(change, effect=worst([*change.reasons, *found]), reasons=[*change.reasons, *found])
