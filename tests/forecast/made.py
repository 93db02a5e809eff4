"""Forecasts made of plain data, for tests of what is done with them."""

from __future__ import annotations

from typing import Any

from aerofleet.ako.rollout.acts import Rollout
from aerofleet.forecast.model import Forecast, ForecastStep, NamespaceCopies, Shortage
from aerofleet.forecast.span import Span


def forecast(case: dict[str, Any]) -> Forecast:
    """Return a forecast. ``case``: steps, outcome, blocked, unknown and chances, each as in the JSON form; a span is
    ``[low, high]``, and ``copies`` a list of the values of NamespaceCopies.
    """
    rollout = Rollout(
        (),
        case.get("outcome", "completed"),
        case.get("blocked", ""),
        tuple(case.get("unknown", ())),
        tuple(case.get("chances", ())),
    )
    return Forecast(tuple(map(step, case["steps"])), rollout)


def step(case: dict[str, Any]) -> ForecastStep:
    """Return a step; see :func:`forecast`."""
    return ForecastStep(
        kind=case["kind"],
        rack=case.get("rack", ""),
        pods=tuple(case.get("pods", ())),
        out=tuple(case.get("out", ())),
        emptied=tuple(case.get("emptied", ())),
        waits_for=tuple(case.get("waitsFor", ())),
        acts=(),
        repeats=case.get("repeats", False),
        copies=tuple(map(_copies, case.get("copies", ()))),
        moved_bytes=_span(case.get("movedBytes")),
        seconds=_span(case.get("seconds")),
        moving_seconds=_span(case.get("movingSeconds")),
    )


def _copies(values: list[Any]) -> NamespaceCopies:
    """Return the copies of a namespace; the seventh of ``values``, if any, has those of a Shortage."""
    shortage = [Shortage(*one) for one in values[6:]]
    return NamespaceCopies(*values[:6], *shortage)


def _span(ends: list[int] | None) -> Span | None:
    return Span(*ends) if ends else None
