"""The bytes and seconds of every step of a roll-out, one step after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.status import Status
from aerofleet.findings import Finding
from aerofleet.forecast.copies.kept import Kept
from aerofleet.forecast.duration import Durations
from aerofleet.forecast.members import Members
from aerofleet.forecast.model import ForecastStep, Load
from aerofleet.forecast.rates import Rates, assumptions_of
from aerofleet.forecast.room import Room
from aerofleet.forecast.span import NOTHING, Assumption
from aerofleet.forecast.transfer import Move, Transfers


class Amounts:
    """Fills bytes and seconds into the steps of a cluster on its way from ``before`` to ``after``; the two are one for
    a creation and a deletion. ``load``: None where the data is not known.
    """

    def __init__(self, before: Cluster, after: Cluster, status: Status | None, load: Load | None, rates: Rates) -> None:
        self._is_known = load is not None
        self._rates = rates
        members = Members(before, after, status)
        self._durations = Durations(after, members, load or {}, rates)
        self._transfers = Transfers(members, Kept(before, after), load or {}, rates)
        first = {namespace.name: members.shares(namespace) for namespace in members.namespaces}
        self._room = Room(before, members, load or {}, first)
        self._moves: list[tuple[Move, ...]] = []

    def of(self, step: ForecastStep) -> ForecastStep:
        """Return a step with its bytes and seconds. The steps have to come in their order."""
        out_seconds = self._durations.out_seconds(step)
        moves = self._transfers.of(step, out_seconds)
        self._moves.append(moves)
        moving = self._durations.moving_seconds(step, moves, self._transfers)
        seconds = self._durations.seconds(step, out_seconds, moving)
        is_known = self._is_known or not self._durations.depends_on_data(step, moves)
        ends = not step.repeats and (self._transfers.moves_at_all or not any(move.partitions for move in moves))
        return replace(
            step,
            moved_bytes=sum((move.bytes for move in moves), start=NOTHING) if is_known else None,
            seconds=seconds if is_known and ends else None,
            moving_seconds=moving if is_known and ends else None,
            least_seconds=seconds.low if ends else None,
        )

    def findings(self, steps: Sequence[ForecastStep]) -> tuple[Finding, ...]:
        """Return what is wrong on the way, once all ``steps`` have their bytes and seconds."""
        return tuple(self._room.findings(steps, self._moves)) if self._is_known else ()

    def assumptions(self) -> tuple[Assumption, ...]:
        """Return the figures that bytes and seconds of the steps so far rest upon."""
        return tuple(assumptions_of(self._durations.used, self._rates))
