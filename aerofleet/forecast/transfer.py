"""What each step moves between the nodes, namespace by namespace: records, bytes, and how full a node gets.

A pod that is out is replaced by the others: they fill what it has, until it is back. Whether they finish depends on how
long it is out, so that is part of the question. A pod that is back with its data gets what was written meanwhile; one
that is back empty gets everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil

from aerofleet.ako.rollout.acts import DeleteClaims, Recluster, RosterSet, SetConfig
from aerofleet.forecast.copies.kept import Kept
from aerofleet.forecast.members import Member, Members
from aerofleet.forecast.model import NO_DATA, ForecastStep, Load, NamespaceData
from aerofleet.forecast.rates import Rates
from aerofleet.forecast.shares import gained, shares
from aerofleet.forecast.span import Span

PARTITIONS = 4096
REBUILDS = frozenset({"restart", "image", "recover"})
RESTARTS = REBUILDS | {"quick-restart"}
TIMER_SLACK_MICROSECONDS = 50
"""What Linux adds to a short sleep (prctl(2), PR_SET_TIMERSLACK): migrate-sleep 1 takes that long for each record."""


@dataclass(frozen=True, slots=True)
class Move:
    """What one namespace moves at a step. ``records``: those that are sent, and those that are compared, as so many
    sent ones. ``partitions``: copies of partitions that migrations go through. ``senders``, ``receivers``: nodes at
    both ends. ``delay_seconds``: migrate-fill-delay, where it holds the move back. ``fullest``: rack id → the greatest
    share of all partitions on a node of the rack at the worst moment.
    """

    namespace: Member
    data: NamespaceData
    bytes: Span = Span(0, 0)
    records: Span = Span(0, 0)
    partitions: int = 0
    senders: Span = Span(1, 1)
    receivers: int = 1
    delay_seconds: int = 0
    fullest: Mapping[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class Transfers:
    """Follows the steps of one roll-out, in their order. ``load``: the data of each namespace; of one that is missing
    there it is nothing.
    """

    members: Members
    kept: Kept
    load: Load
    rates: Rates

    def of(self, step: ForecastStep, out_seconds: Span) -> tuple[Move, ...]:
        """Return the moves of a step whose pods are out for ``out_seconds``."""
        moves = tuple(self._moves(step, out_seconds))
        if step.kind == "grow":
            self.members.pods |= set(step.pods)
        if step.kind == "shrink":
            self.members.pods -= set(step.pods)
        return moves

    def _moves(self, step: ForecastStep, out_seconds: Span) -> Iterator[Move]:
        emptied = self._emptied(step) if step.kind in RESTARTS else frozenset()
        rosters = {step.act.namespace: step.act.nodes for step in step.acts if isinstance(step.act, RosterSet)}
        for namespace in self.members.namespaces:
            data = self.load.get(namespace.name, NO_DATA)
            if step.kind in RESTARTS:
                yield self._restart(step, namespace, data, out_seconds, is_empty=namespace.name in emptied)
            elif step.kind == "grow" and not namespace.strong:
                yield self._change(namespace, data, namespace.pods | set(step.pods), step)
            elif step.kind == "shrink":
                yield self._change(namespace, data, namespace.pods - set(step.pods), step)
            elif step.kind == "live" and _reclusters(step) and namespace.factor_after != namespace.factor:
                yield self._change(namespace, data, namespace.pods, step, namespace.factor_after)
            elif namespace.name in rosters:
                pods = self.members.of_roster(rosters[namespace.name])
                yield self._change(namespace, data, pods, step)

    def _emptied(self, step: ForecastStep) -> frozenset[str]:
        """Return the namespaces that come back empty with the pods of a restart."""
        rack = self.members.rack_of(step.pods[0])
        found = self.kept.emptied(rack, is_cold=step.kind in REBUILDS)
        claims = [claim for act in step.acts if isinstance(act.act, DeleteClaims) for claim in act.act.claims]
        for pod in step.emptied:
            found |= self.kept.namespaces_on(pod, self.members.rack_of(pod), claims)
        return found

    def _restart(
        self, step: ForecastStep, namespace: Member, data: NamespaceData, out_seconds: Span, *, is_empty: bool
    ) -> Move:
        pods = namespace.pods & set(step.pods)
        others = namespace.pods - pods
        if not pods or not others:
            return Move(namespace, data)
        before, during = (self.members.layout(namespace, some) for some in (namespace.pods, others))
        of_nodes = shares(before, namespace.factor)
        own = sum(of_nodes[rack] * count for rack, count in self.members.layout(namespace, pods))
        fill = Move(
            namespace,
            data,
            records=_times(data.records, gained(before, during, namespace.factor)),
            partitions=round(PARTITIONS * gained(before, during, namespace.factor)),
            senders=Span(len(others), len(others)),
            receivers=len(others),
        )
        filled = self._filled(fill, out_seconds, namespace)
        written = [
            min(data.records * own, data.writes_per_second * own * seconds)
            for seconds in (out_seconds.low, out_seconds.high)
        ]
        extra = round(fill.records.high * filled * data.record_bytes)
        all_records = round(data.records * own)
        if is_empty:
            records = Span(all_records, all_records)
            moved = Span(all_records * data.record_bytes, all_records * data.record_bytes + extra)
        else:
            speedup = self.rates.unchanged_record_speedup
            low, high = (
                min(all_records, round(changed) + all_records // times)
                for changed, times in zip(written, (speedup.high, speedup.low), strict=True)
            )
            records = Span(low, high)
            moved = Span(round(written[0] * data.record_bytes), round(written[1] * data.record_bytes) + extra)
        return Move(
            namespace,
            data,
            bytes=moved,
            records=records,
            partitions=round(PARTITIONS * own),
            senders=Span(len(others), len(others)),
            receivers=len(pods),
            delay_seconds=self._delay(namespace, step) if is_empty else 0,
            fullest=_between(of_nodes, shares(during, namespace.factor), filled),
        )

    def _change(
        self, namespace: Member, data: NamespaceData, pods: set[str], step: ForecastStep, factor: int | None = None
    ) -> Move:
        """Return the move to another set of pods, or another number of copies, and make it."""
        before, after = (self.members.layout(namespace, some) for some in (namespace.pods, pods))
        was, now = namespace.factor, factor or namespace.factor
        leaving, coming = namespace.pods - pods, pods - namespace.pods
        namespace.pods, namespace.factor = pods, now
        if not before or not after:
            return Move(namespace, data)
        copies = gained(before, after, now, was)
        percent = self.rates.balanced_percent if namespace.is_uniform else Span(100, 100)
        records = Span(*(round(data.records * copies * part / 100) for part in (percent.low, percent.high)))
        most = len(pods | leaving)
        return Move(
            namespace,
            data,
            bytes=Span(records.low * data.record_bytes, records.high * data.record_bytes),
            records=records,
            partitions=round(PARTITIONS * copies),
            senders=Span(len(leaving) or most - len(coming), most - len(coming)),
            receivers=len(coming) or len(pods),
            delay_seconds=self._delay(namespace, step),
            fullest=_worse(shares(before, was), shares(after, now)),
        )

    def _delay(self, namespace: Member, step: ForecastStep) -> int:
        """Return migrate-fill-delay where nodes without data have to wait for it; the operator may set it to 0."""
        to_zero = any(
            isinstance(act.act, SetConfig) and ("migrate-fill-delay", "0") in act.act.params for act in step.acts
        )
        return 0 if to_zero or namespace.ignores_delay else self.members.migration.fill_delay_seconds

    def _filled(self, fill: Move, out_seconds: Span, namespace: Member) -> float:
        """Return the greatest part of the fill that the others get through before the pods are back."""
        delay = 0 if namespace.ignores_delay else self.members.migration.fill_delay_seconds
        left = out_seconds.high - delay
        if left <= 0:
            return 0.0
        needed = self.migration_seconds(fill).low
        return min(1.0, left / needed) if needed else 1.0

    def migration_seconds(self, move: Move) -> Span:
        """Return how long the servers need for a move once they have begun it; 0 where they never begin."""
        migration = self.members.migration
        if not move.partitions or not self.moves_at_all:
            return Span(0, 0)
        low, high = (
            max(1, min(senders * migration.threads, move.receivers * migration.incoming))
            for senders in (move.senders.high, move.senders.low)
        )
        rates, lines = self.rates, min(move.receivers, move.senders.high)
        fast = max(
            move.records.low * self._record_seconds(move, rates.migrated_record_microseconds.low) / low,
            move.partitions / (rates.migrated_partitions_per_second.high * low),
            move.bytes.low / (rates.network_bytes_per_second.high * lines),
        )
        slow = max(
            move.records.high * self._record_seconds(move, rates.migrated_record_microseconds.high) / high
            + move.partitions / (rates.migrated_partitions_per_second.low * high),
            move.bytes.high / (rates.network_bytes_per_second.low * lines),
        )
        return Span(int(fast), ceil(slow))

    @property
    def moves_at_all(self) -> bool:
        """Return whether the servers move anything: not with migrate-threads or migrate-max-num-incoming 0."""
        return self.members.migration.threads > 0 and self.members.migration.incoming > 0

    def _record_seconds(self, move: Move, microseconds: int) -> float:
        sleep = move.namespace.sleep_microseconds
        return (microseconds + (sleep + TIMER_SLACK_MICROSECONDS if sleep else 0)) / 1e6


def _reclusters(step: ForecastStep) -> bool:
    return any(isinstance(act.act, Recluster) for act in step.acts)


def _times(records: int, copies: float) -> Span:
    return Span(round(records * copies), round(records * copies))


def _between(before: Mapping[int, float], during: Mapping[int, float], part: float) -> Mapping[int, float]:
    """Return the share of each rack's nodes when ``part`` of the way to ``during`` is done."""
    return {rack: max(share, share + (during.get(rack, 0.0) - share) * part) for rack, share in before.items()}


def _worse(one: Mapping[int, float], other: Mapping[int, float]) -> Mapping[int, float]:
    return {rack: max(one.get(rack, 0.0), other.get(rack, 0.0)) for rack in {**one, **other}}
