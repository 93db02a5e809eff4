"""How fast servers, data and the operator are: each figure with its range, unit and source; a site's measurement
replaces a range by one number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace

from aerofleet.forecast.span import Assumption, Span


@dataclass(frozen=True, slots=True)
class Rates:
    """The figures. Rates of migrations count for one migrate-thread of a node, those of devices for one device."""

    stop_seconds: Span = Span(1, 30)
    start_seconds: Span = Span(5, 60)
    image_seconds: Span = Span(5, 180)
    server_seconds: Span = Span(3, 15)
    quick_restart_records_per_second: Span = Span(50_000_000, 100_000_000)
    index_records_per_second: Span = Span(400_000, 2_000_000)
    device_bytes_per_second: Span = Span(500_000_000, 3_000_000_000)
    migrated_record_microseconds: Span = Span(5, 30)
    migrated_partitions_per_second: Span = Span(30, 76)
    unchanged_record_speedup: Span = Span(1, 40)
    network_bytes_per_second: Span = Span(60_000_000, 1_500_000_000)
    balanced_percent: Span = Span(97, 155)
    poll_seconds: Span = Span(10, 10)
    requeue_seconds: Span = Span(0, 70)
    quiesce_seconds: Span = Span(4, 60)
    live_seconds: Span = Span(1, 5)
    claim_seconds: Span = Span(1, 300)

    def measured(self, figures: Mapping[str, int]) -> Rates:
        """Return the rates with measured figures, by the names of the fields, instead of their ranges."""
        return replace(self, **{name: Span(value, value) for name, value in figures.items()})


DEFAULT_RATES = Rates()


@dataclass(frozen=True, slots=True)
class Figure:
    """What a figure is, its unit, and the source of its default."""

    about: str
    unit: str
    source: str


FIGURES: dict[str, Figure] = {
    "stop_seconds": Figure(
        "a server stops: it writes what it has in memory, and leaves the cluster",
        "seconds",
        "Kubernetes: 30 s of grace for a pod, which the operator does not raise (AKO 4.5.0, statefulset.go)",
    ),
    "start_seconds": Figure(
        "a deleted pod is placed, gets its claims, and its init container ends",
        "seconds",
        "planning figure; the operator asks again from 60 s on (AKO 4.5.0, pod.go: ensurePodsRunningAndReady)",
    ),
    "image_seconds": Figure(
        "a host pulls an image that it does not have", "seconds", "planning figure: 500 MB at 3 to 100 MB/s"
    ),
    "server_seconds": Figure(
        "a server starts without data, joins the cluster, and its readiness is seen",
        "seconds",
        "measured: 2.5 to 3.5 s until a new cluster key; probe from 2 s on, each 5 s (AKO 4.5.0, statefulset.go)",
    ),
    "quick_restart_records_per_second": Figure(
        "a quick restart takes records over whose index is in shared memory",
        "records/s",
        "Aerospike documentation: 10 s for a billion records; half of it at worst",
    ),
    "index_records_per_second": Figure(
        "a rebuilt pod makes its index anew from its devices",
        "records/s",
        "Aerospike documentation: 40 minutes and more for a billion records; five times as fast at best",
    ),
    "device_bytes_per_second": Figure(
        "one thread reads one device from its begin to its end to rebuild the index",
        "bytes/s",
        "planning figure: NVMe, one reader a device (aerospike-server 8.1, drv_ssd.c: ssd_cold_start_sweep)",
    ),
    "migrated_record_microseconds": Figure(
        "a migrate-thread sends one record, beside migrate-sleep",
        "microseconds",
        "planning figure: 12,000 to 18,000 records a second with migrate-sleep 1",
    ),
    "migrated_partitions_per_second": Figure(
        "a migrate-thread gets through partitions that are nearly empty",
        "partitions/s",
        "measured: 60 to 76 a second into one restarted node from one or two senders",
    ),
    "unchanged_record_speedup": Figure(
        "a node that is back with its data only compares records that nobody changed: so many times faster",
        "times",
        "Aerospike documentation: up to 40 times; 1 where every record has changed",
    ),
    "network_bytes_per_second": Figure(
        "one node sends or receives data that moves: half of its line",
        "bytes/s",
        "planning figure: half of 1 to 25 Gbit/s; the network of the pool's hosts where it is known",
    ),
    "balanced_percent": Figure(
        "prefer-uniform-balance moves more than the nodes gain, because it evens out all of them",
        "percent",
        "simulated: 26 layouts of 3 to 16 nodes, with the server's hash and the published balancing",
    ),
    "poll_seconds": Figure(
        "the operator waits before it asks for migrations", "seconds", "AKO 4.5.0, aero_info_calls.go: retryInterval"
    ),
    "requeue_seconds": Figure(
        "data is at rest, and the operator has not seen it yet",
        "seconds",
        "AKO 4.5.0, aero_info_calls.go: waitForClusterStability asks six times, then again after 60 s",
    ),
    "quiesce_seconds": Figure(
        "a batch is quiesced, and its clients have left",
        "seconds",
        "management library 1.11.1, deployment/cluster.go: InfoQuiesce asks each 2 s, at most 30 times",
    ),
    "live_seconds": Figure(
        "the operator sets what differs on one running server",
        "seconds",
        "planning figure: a few commands and one exec",
    ),
    "claim_seconds": Figure(
        "deleted claims are gone",
        "seconds",
        "AKO 4.5.0, pvc.go: waitForPVCTermination asks each 20 s, at most 15 times",
    ),
}
"""Field of `Rates` → what it is."""


def assumptions_of(names: Iterable[str], rates: Rates) -> Iterator[Assumption]:
    """Yield an assumption for each of ``names``, fields of `Rates`, in their order there."""
    used = set(names)
    for name in (field.name for field in fields(Rates) if field.name in used):
        value, figure = getattr(rates, name), FIGURES[name]
        is_measured = value != getattr(DEFAULT_RATES, name)
        source = "the cell's own figure" if is_measured else figure.source
        yield Assumption(name, value, figure.unit, source, f"cell.yaml: measured.{camel_case(name)}")


def camel_case(name: str) -> str:
    """Return the name of a figure as cell.yaml has it: ``stop_seconds`` → ``stopSeconds``."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
