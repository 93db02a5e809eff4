"""A forecast as the bars, lines and marks of a picture: what becomes of each pod, and when. Pure data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from aerofleet.forecast.model import Forecast, ForecastStep, StepKind

SERVES, OUT, LEAVES, STARTS = "serves", "does not serve", "leaves for good", "starts"
REBUILT, RESTARTS, SET_LIVE = "is rebuilt", "restarts its server", "is set live"
DOES: dict[StepKind, str] = {
    "create": STARTS,
    "grow": STARTS,
    "shrink": LEAVES,
    "delete": LEAVES,
    "restart": REBUILT,
    "image": REBUILT,
    "recover": REBUILT,
    "start-over": REBUILT,
    "quick-restart": RESTARTS,
    "live": SET_LIVE,
}
"""Kind of a step → what its pods do."""
LEFT = ("at the step", "if one more host is lost", "if one more rack is lost")
SECONDS_A_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Column:
    """A step on the axis. ``start`` and ``end``: minutes, or numbers of steps where the times are not known. ``back``:
    when its pods serve again, and only data moves.
    """

    step: ForecastStep
    number: int
    start: float
    end: float
    back: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of time in which a pod does one thing. ``start`` and ``end`` as in Column."""

    pod: str
    rack: str
    does: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Level:
    """How many copies of a partition are left at the worst, over a span of time. ``left``: one of LEFT."""

    left: str
    copies: int
    start: float
    end: float


def has_times(forecast: Forecast) -> bool:
    """Return whether it is known how long each step takes."""
    return all(step.seconds is not None and step.seconds.high for step in forecast.steps)


def columns_of(forecast: Forecast) -> list[Column]:
    """Return the steps one after the other, each as long as it takes at most; one long where that is not known."""
    times = [step.seconds.high / SECONDS_A_MINUTE if step.seconds else 0.0 for step in forecast.steps]
    lengths = times if has_times(forecast) else [1.0] * len(times)
    ends = list(accumulate(lengths))
    return [
        Column(step, number, end - length, end, end - (_moving(step) if has_times(forecast) else 0.0))
        for number, (step, length, end) in enumerate(zip(forecast.steps, lengths, ends, strict=True), 1)
    ]


def _moving(step: ForecastStep) -> float:
    """Return for how many minutes only data moves, at the end of a step whose pods come back before."""
    is_back = step.moving_seconds is not None and DOES.get(step.kind) in (STARTS, REBUILT, RESTARTS, SET_LIVE)
    return step.moving_seconds.high / SECONDS_A_MINUTE if is_back and step.moving_seconds else 0.0


def bars_of(columns: Sequence[Column], pods: Sequence[str] = ()) -> list[Bar]:
    """Return the bars of ``pods`` and of those that the steps name, by their names."""
    named = {pod for column in columns for pod in (*column.step.pods, *column.step.out)}
    return [bar for pod in sorted({*pods, *named}, key=_order) for bar in _bars_of(pod, columns)]


def levels_of(columns: Sequence[Column]) -> list[Level]:
    """Return how many copies are left at each step, of the namespace that has the fewest; nothing where a step does not
    say.
    """
    return [
        Level(left, min(numbers), column.start, column.end)
        for column in columns
        for left, numbers in zip(
            LEFT,
            zip(*((one.copies, one.after_host_loss, one.after_rack_loss) for one in column.step.copies), strict=True),
            strict=False,
        )
    ]


def _bars_of(pod: str, columns: Sequence[Column]) -> Iterator[Bar]:
    rack = pod.rpartition("-")[0]
    own = [column for column in columns if pod in column.step.pods]
    start = own[0].start if own and DOES.get(own[0].step.kind) == STARTS else 0.0
    end = next((column.end for column in own if DOES.get(column.step.kind) == LEAVES), columns[-1].end)
    yield Bar(pod, rack, SERVES, start, end)
    for column in columns:
        if pod in column.step.pods:
            yield Bar(pod, rack, DOES.get(column.step.kind, OUT), column.start, column.back)
        elif pod in column.step.out:
            yield Bar(pod, rack, OUT, column.start, column.end)


def _order(pod: str) -> tuple[str, int]:
    rack, _, ordinal = pod.rpartition("-")
    return rack, int(ordinal) if ordinal.isdigit() else 0
