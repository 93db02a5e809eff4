"""How long each step takes: the operator's waits, restarts by their kind, and the data that moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import namespaces, section, storage_lines
from aerofleet.ako.rollout.acts import MIGRATIONS, READY, Act, DeleteClaims, Exec, OnPods, RosterSet, Scale, Wait
from aerofleet.forecast.members import Members
from aerofleet.forecast.model import NO_DATA, ForecastStep, Load
from aerofleet.forecast.rates import Rates
from aerofleet.forecast.shares import shares
from aerofleet.forecast.span import NOTHING, Span
from aerofleet.forecast.transfer import REBUILDS, RESTARTS, Move, Transfers

DEFRAG_LWM_PERCENT = 50
"""Default of defrag-lwm-pct: up to data × 100 / defrag-lwm-pct of a device was written, and a cold start reads that."""
OF_MIGRATIONS = ("migrated_record_microseconds", "migrated_partitions_per_second", "network_bytes_per_second")


@dataclass(slots=True)
class Durations:
    """``used``: the names of the rates that the answers so far rest upon."""

    cluster: Cluster
    members: Members
    load: Load
    rates: Rates
    used: set[str] = field(default_factory=set)

    def out_seconds(self, step: ForecastStep) -> Span:
        """Return how long the pods of a step are out; all of them together. 0 where none is."""
        if step.kind == "quick-restart":
            return self._rate("stop_seconds") + self._rate("server_seconds") + self._taken_over(step)
        if step.kind in REBUILDS:
            rebuilt = self._rate("stop_seconds") + self._starting(step) + self._rate("server_seconds")
            return rebuilt + self._index_rebuilt(step)
        return self._starting(step) + self._rate("server_seconds") if step.kind in ("grow", "create") else NOTHING

    def seconds(self, step: ForecastStep, out_seconds: Span, moving: Span) -> Span:
        """Return how long a step takes, with ``moving`` for what it moves."""
        total = out_seconds + moving
        for act in step.acts:
            total += self._act_seconds(act.act)
        if step.kind == "live":
            each = self._rate("live_seconds")
            total += Span(each.low * len(step.pods), each.high * len(step.pods))
        return total + self._rate("requeue_seconds") if MIGRATIONS in step.waits_for and moving.high else total

    def moving_seconds(self, step: ForecastStep, moves: Sequence[Move], transfers: Transfers) -> Span:
        """Return how long the moves of a step take. All namespaces share the threads of a node."""
        if any(move.partitions for move in moves):
            of_kind = "unchanged_record_speedup" if step.kind in RESTARTS else "balanced_percent"
            self.used.update((*OF_MIGRATIONS, of_kind))
        total = NOTHING
        for move in moves:
            total += transfers.migration_seconds(move)
        delay = max((move.delay_seconds for move in moves if move.partitions), default=0)
        return total + Span(delay, delay)

    def _rate(self, name: str) -> Span:
        self.used.add(name)
        rate: Span = getattr(self.rates, name)
        return rate

    def _act_seconds(self, act: Act) -> Span:
        match act:
            case Wait(what="migrations"):
                return self._rate("poll_seconds")
            case Wait() if act.what == READY:
                return Span(0, self._rate("poll_seconds").high)
            case OnPods(kind="quiesce"):
                return self._rate("quiesce_seconds")
            case DeleteClaims():
                return self._rate("claim_seconds")
            case Scale() if act.after < act.before:
                return self._rate("stop_seconds")
            case RosterSet() | Exec(failed=True):
                return self._rate("live_seconds")
            case _:
                return NOTHING

    def _starting(self, step: ForecastStep) -> Span:
        pulls = step.kind in ("image", "grow", "create")
        image = self._rate("image_seconds") if pulls else NOTHING
        return self._rate("start_seconds") + (Span(0, image.high) if step.kind == "grow" else image)

    def _taken_over(self, step: ForecastStep) -> Span:
        """Return how long a quick restart takes over the index in shared memory."""
        records = sum(records for _, records, _ in self._on_node(step))
        rate = self._rate("quick_restart_records_per_second")
        return Span(records // rate.high, -(-records // rate.low))

    def _index_rebuilt(self, step: ForecastStep) -> Span:
        """Return how long a cold start reads devices and files to make the index anew."""
        total = NOTHING
        for devices, records, stored in self._on_node(step):
            if devices and not step.emptied:
                by_record, by_byte = self._rate("index_records_per_second"), self._rate("device_bytes_per_second")
                written = stored * 100 // DEFRAG_LWM_PERCENT
                total += Span(
                    max(records // by_record.high, stored // (devices * by_byte.high)),
                    max(-(-records // by_record.low), -(-written // (devices * by_byte.low))),
                )
        return total

    def _on_node(self, step: ForecastStep) -> Iterator[tuple[int, int, int]]:
        """Yield (number of devices and files, records, bytes) of each namespace on a pod of the step."""
        identity = self.members.rack_of(step.pods[0])
        rack = next((one for one in self.cluster.racks if one.identity == identity), self.cluster.racks[0])
        devices = _devices(rack)
        for namespace in self.members.namespaces:
            data = self.load.get(namespace.name, NO_DATA)
            of_nodes = shares(self.members.layout(namespace, namespace.pods), namespace.factor)
            share = of_nodes.get(self.members.rack_id(namespace, identity), 0.0)
            yield devices.get(namespace.name, 0), round(data.records * share), round(data.bytes * share)

    def depends_on_data(self, step: ForecastStep, moves: Sequence[Move]) -> bool:
        """Return whether nobody can know the bytes and seconds of a step without the data."""
        return step.kind in RESTARTS or any(move.partitions for move in moves)


def _devices(rack: Rack) -> dict[str, int]:
    found = {}
    for _, name, namespace in namespaces(rack.config):
        engine = section(namespace, "storage-engine")
        found[name] = len(storage_lines(engine, "devices")) + len(storage_lines(engine, "files"))
    return found
