"""The three moments a cluster is sized for: now on average, now at the peak, and at the peak of a later date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from aerofleet.sizing.server import divide_up
from aerofleet.sizing.workload import NamespaceLoad, Workload


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment: ``months`` from now, at ``peak_factor`` times the average load."""

    name: str
    months: int
    peak_factor: float


def moments(workload: Workload, months: int) -> tuple[Moment, Moment, Moment]:
    peak = workload.peak_factor
    return Moment("now", 0, 1.0), Moment("peak", 0, peak), Moment("date", months, peak)


def grown(value: int, percent_per_month: int, months: int) -> int:
    """Return the value after compound growth, exact and rounded up: value × ((100 + percent) / 100) ^ months."""
    return divide_up(value * (100 + percent_per_month) ** months, 100**months)


def load_at(load: NamespaceLoad, percent_per_month: int, months: int) -> NamespaceLoad:
    """Return the namespace ``months`` from now: records, index entries and average rates grow alike."""
    if not months or not percent_per_month:
        return load

    def later(value: int) -> int:
        return grown(value, percent_per_month, months)

    return replace(
        load,
        objects=later(load.objects),
        tombstones=later(load.tombstones),
        reads_per_second=later(load.reads_per_second),
        writes_per_second=later(load.writes_per_second),
        secondary_indexes=tuple(map(later, load.secondary_indexes)),
        set_indexes=tuple(map(later, load.set_indexes)),
    )


def months_between(first: date, last: date) -> int:
    """Return the number of months that have begun from ``first`` to ``last``. Raises ValueError when ``last`` is before
    ``first``.
    """
    if last < first:
        raise ValueError(f"{last} is before {first}")
    months = (last.year - first.year) * 12 + last.month - first.month
    return months + (last.day > first.day)
