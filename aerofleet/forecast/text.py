"""A forecast in the lines that people read: the whole roll-out, its worst moment, and each of its steps.

Several forecasts share the lines where clusters change alike: what differs between them is a range.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aerofleet.ako.rollout.acts import MIGRATIONS, READY, STABLE
from aerofleet.forecast.model import Forecast, ForecastStep, NamespaceCopies, StepKind
from aerofleet.forecast.span import Span
from aerofleet.units.amount import amount_range, counted
from aerofleet.units.names_in_text import listed, shortened

HAPPENS: dict[StepKind, tuple[str, str]] = {
    "create": ("starts for the first time", "start for the first time"),
    "grow": ("is new", "are new"),
    "shrink": ("leaves for good", "leave for good"),
    "restart": ("is rebuilt", "are rebuilt"),
    "image": ("is rebuilt with the new image", "are rebuilt with the new image"),
    "quick-restart": ("restarts its server", "restart their servers"),
    "live": ("gets its settings live", "get their settings live"),
    "recover": ("is deleted at once, because it has failed", "are deleted at once, because they have failed"),
    "delete": ("is deleted", "are deleted"),
}
"""Kind of a step → what happens to one pod of it, and to several."""
WITHOUT_PODS: dict[StepKind, str] = {
    "roster": "the roster is written",
    "objects": "only objects beside the pods change",
    "start-over": "all StatefulSets and claims are deleted, and made again",
}
"""Kind of a step → what happens in it, where that is not about single pods."""
WITHOUT_DATA: frozenset[StepKind] = frozenset({"create", "start-over", "delete"})
"""Kinds of steps without data that is to be kept: there are no copies to know."""
WAITS: dict[str, str] = {READY: "the pods are ready", MIGRATIONS: "no data moves", STABLE: "the nodes agree"}
"""What the operator waits for → until when."""
MOST_PODS = 4
MOST_ASSUMED = 3
NO_WORKLOAD = "no workload is declared"
"""Why nobody knows what moves: the size of the data is part of the workload."""


def rollout_line(forecasts: Sequence[Forecast]) -> str:
    """Return one line about the roll-out of one cluster, or of each of several: ``6 pods in 3 steps, never below 2
    copies, 40 to 90 min, 1.2 TB``. What nobody can know follows a semicolon. Empty where nothing is done.
    """
    working = [forecast for forecast in forecasts if forecast.steps]
    if not working:
        return ""
    lines = dict.fromkeys(_line(forecast) for forecast in working)
    return next(iter(lines)) if len(lines) == 1 and len(working) == len(forecasts) else _ranges(forecasts)


def worst_moment(forecasts: Sequence[Forecast]) -> str:
    """Return what is left at the worst step, and what the loss of one more host or rack would do then. Of several
    clusters, the worst. Empty where copies are not known, and where no step takes any away.
    """
    moments = [moment for forecast in forecasts if (moment := _worst(forecast))]
    if not moments:
        return ""
    forecast, number, copies = min(moments, key=lambda moment: _order(moment[2]))
    if len(forecasts) > 1:
        return copies_text(copies, with_name=False)
    alike = sum(any(_order(one) == _order(copies) for one in step.copies) for step in forecast.steps)
    return f"{_where(forecast, number, alike)}: {copies_text(copies)}"


def assumed(forecasts: Sequence[Forecast]) -> str:
    """Return what the forecasts take for granted, and what depends on chance; the first few, and how many more."""
    every = dict.fromkeys(
        text
        for forecast in forecasts
        for text in (*forecast.unknown, *(f"by chance, {chance}" for chance in forecast.chances))
    )
    first, more = list(every)[:MOST_ASSUMED], len(every) - MOST_ASSUMED
    return "; ".join((*first, *([f"and {more} more"] if more > 0 else [])))


def longest(forecasts: Sequence[Forecast]) -> Span | None:
    """Return how long the longest roll-out of several clusters takes: they run side by side. None where it is not
    known of one of them.
    """
    spans = [forecast.seconds for forecast in forecasts if forecast.steps]
    known = [span for span in spans if span is not None]
    if not known or len(known) < len(spans):
        return None
    return Span(max(span.low for span in known), max(span.high for span in known))


def step_lines(forecast: Forecast) -> Iterator[str]:
    """Yield a line for each step, and what holds the roll-out up or is not known."""
    for number, step in enumerate(forecast.steps, 1):
        again = "for ever: " if step.repeats else ""
        yield f"step {number}: {again}{'; '.join(_parts(step))}"
    if (moving := forecast.moving_after_completed) and moving.high:
        span = amount_range(moving.low, moving.high, "s")
        yield f"the operator reports Completed before the data is at rest: it moves for another {span}"
    if forecast.blocked:
        yield f"never ends: {forecast.blocked}"
    yield from (f"assumed: {one}" for one in forecast.unknown)
    yield from (f"by chance: {one}" for one in forecast.chances)


def what_happens(step: ForecastStep) -> str:
    """Return what a step does to its pods: ``cart-1-0 and cart-1-1 are rebuilt``."""
    if step.kind in WITHOUT_PODS or not step.pods:
        return WITHOUT_PODS.get(step.kind, step.kind)
    return f"{_names(step.pods)} {HAPPENS[step.kind][len(step.pods) > 1]}"


def copies_text(copies: NamespaceCopies, with_name: bool = True) -> str:
    """Return how many copies are left, and how many after one more loss."""
    shortage = copies.shortage
    if shortage and not shortage.after:
        return f"no cluster forms: {shortage}"
    of_namespace = f" of {copies.namespace}" if with_name else ""
    more = f"; {counted(copies.unavailable, 'partition')} not served" if copies.unavailable else ""
    host, rack = copies.after_host_loss, copies.after_rack_loss
    without = f" (no cluster then: min-cluster-size {shortage.least})" if shortage else ""
    if not copies.has_racks:
        loss = f"{host} if one more host is lost{without if shortage and shortage.after == 'host' else ''}"
    elif host == rack:
        loss = f"{host} if one more host or rack is lost{without if shortage and shortage.after == 'host' else ''}"
    else:
        loss = f"{host} if one more host is lost, {rack} if one more rack is lost{without}"
    return f"{_copies(copies.copies)}{of_namespace} left{f', {loss}' if copies.copies else ''}{more}"


def _parts(step: ForecastStep) -> Iterator[str]:
    rack = f"rack {step.rack}: " if step.rack else ""
    yield f"{rack}{what_happens(step)}"
    if others := [pod for pod in step.out if pod not in step.pods]:
        yield f"{_names(others)} out as well"
    if step.emptied:
        yield f"claims of {_names(step.emptied)} deleted"
    yield from (copies_text(copies) for copies in step.copies)
    if step.moved_bytes and step.moved_bytes.high:
        yield f"{amount_range(step.moved_bytes.low, step.moved_bytes.high, 'B')} moved"
    if step.seconds:
        yield amount_range(step.seconds.low, step.seconds.high, "s")
    if step.waits_for:
        yield f"then the operator waits until {listed([WAITS[what] for what in step.waits_for])}"


def _line(forecast: Forecast) -> str:
    missing = _missing([forecast])
    return f"{forecast.summary()}{missing}"


def _missing(forecasts: Sequence[Forecast]) -> str:
    """Return what is not known of the forecasts that have steps, and why."""
    working = [forecast for forecast in forecasts if forecast.steps]
    no_copies = any(
        forecast.lowest is None and not WITHOUT_DATA.issuperset(step.kind for step in forecast.steps)
        for forecast in working
    )
    no_time = any(forecast.seconds is None and forecast.outcome == "completed" for forecast in working)
    no_bytes = any(forecast.moved_bytes is None and forecast.outcome == "completed" for forecast in working)
    parts = [*(["time"] if no_time else []), *(["bytes"] if no_bytes else [])]
    why = f": {NO_WORKLOAD}" if no_bytes else ""
    of_data = f"; {listed(parts)} not known{why}" if parts else ""
    return f"{'; copies not known' if no_copies else ''}{of_data}"


def _ranges(forecasts: Sequence[Forecast]) -> str:
    working = [forecast for forecast in forecasts if forecast.steps]
    pods, steps = [forecast.pods for forecast in forecasts], [len(forecast.steps) for forecast in forecasts]
    parts = [f"{_range(pods, 'pod')} in {_range(steps, 'step')}"]
    if stuck := [forecast for forecast in forecasts if forecast.outcome == "stuck"]:
        parts.insert(0, f"{len(stuck)} of {len(forecasts)} never end: {stuck[0].blocked}")
    stopped = [forecast.stopped for forecast in working if forecast.stopped]
    lowest = [forecast.lowest.copies for forecast in working if forecast.lowest and not forecast.stopped]
    if some := [copies for copies in lowest if copies]:
        parts.append(f"never below {_range(some, 'copy', 'copies')}")
    if none := len(lowest) - len(some):
        parts.append(f"{none} of {len(forecasts)} with records without a copy on the way")
    if stopped:
        parts.append(f"{len(stopped)} of {len(forecasts)} without a cluster on the way (min-cluster-size)")
    if unserved := [forecast.unserved for forecast in working if forecast.unserved and not forecast.stopped]:
        parts.append(f"{len(unserved)} of {len(forecasts)} with up to {max(unserved)} partitions not served on the way")
    for unit, spans in (
        ("s", [forecast.seconds for forecast in working]),
        ("B", [forecast.moved_bytes for forecast in working]),
    ):
        known = [span for span in spans if span]
        if known and any(span.high for span in known):
            parts.append(amount_range(min(one.low for one in known), max(one.high for one in known), unit))
    return f"{', '.join(parts)}{_missing(forecasts)}"


def _worst(forecast: Forecast) -> tuple[Forecast, int, NamespaceCopies] | None:
    every = [(number, copies) for number, step in enumerate(forecast.steps, 1) for copies in step.copies]
    takes_away = any(step.out or step.emptied for step in forecast.steps) or any(
        copies.shortage is not None and copies.shortage.after != "rack" for _, copies in every
    )
    is_level = len({step.copies for step in forecast.steps}) == 1
    if not every or (is_level and not takes_away):
        return None
    number, copies = min(every, key=lambda found: _order(found[1]))
    return forecast, number, copies


def _where(forecast: Forecast, number: int, alike: int) -> str:
    """Return at which step the least is left: the first one of those that are ``alike``."""
    steps, step = len(forecast.steps), f"step {number}"
    what = f"({what_happens(forecast.steps[number - 1])})"
    if alike == 1:
        return f"{step} of {steps} {what}"
    return f"{'every step' if alike == steps else f'{alike} of {steps} steps'}, first {step} {what}"


def _order(copies: NamespaceCopies) -> tuple[int, ...]:
    after = copies.shortage.after if copies.shortage else None
    losses = copies.after_host_loss, copies.after_rack_loss, after != "host", after != "rack"
    return copies.copies, -copies.unavailable, *losses


def _copies(number: int) -> str:
    return "no copy" if number == 0 else "1 copy" if number == 1 else f"{number} copies"


def _range(numbers: Sequence[int], name: str, several: str = "") -> str:
    low, high = min(numbers), max(numbers)
    range_text = str(low) if low == high else f"{low} to {high}"
    return f"{range_text} {name if high == 1 else several or f'{name}s'}"


def _names(names: Sequence[str]) -> str:
    return shortened(names, MOST_PODS) if len(names) > MOST_PODS else listed(names)
