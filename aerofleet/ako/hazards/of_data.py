"""Hazards of a change for the records of a cluster."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.server.loss import Loss, LossKind, Setup
from aerofleet.aerospike.server_files import DEVICES, MEMORY, SUPERVISOR
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import (
    Config,
    ignores_devices,
    is_purely_in_memory,
    is_strongly_consistent,
    namespaces,
    replication_factor,
    section,
)
from aerofleet.ako.pairs import config_path_of, namespace_pairs
from aerofleet.ako.reasons.evictions import new_thresholds
from aerofleet.ako.reasons.losses import losses_between, losses_of, stored
from aerofleet.ako.reasons.starts import builds_index
from aerofleet.ako.restart import IMAGE, POD_RESTART, WARM, Restarts
from aerofleet.findings import Finding, Problem, rule, rules_in


@rule(
    "loses-records",
    scope="change",
    severity="severe",
    remedy="a new revision of the rack with the new storage: its pods fill before the old go",
    source=f"{DEVICES}: ssd_init_synchronous; {MEMORY}: init_synchronous",
)
def loses_records(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """Servers start without records that they had, and don't report it. Each pod fills again from the others; a
    node that is lost before that takes records with it.
    """
    for path, loss, copies in losses_of(old, new):
        yield path, _message(loss, copies)


def config_losses(version: str, before: Config, after: Config) -> Iterator[Finding]:
    """Yield the same of two configurations alone, without volumes: a path names the place where its data is."""
    if stored(before) == stored(after):
        return
    for loss, namespace in losses_between(Setup(version, before), Setup(version, after)):
        yield loses_records.finding(loss.path, _message(loss, replication_factor(namespace)))


def _message(loss: Loss, copies: int) -> str:
    if loss.kind is LossKind.NAMESPACE_REMOVED:
        return loss.message
    where = f" on {', '.join(loss.places)}" if loss.places else " in memory"
    rest = f"{copies - 1} of {copies} copies are left" if copies > 1 else "there is no other copy"
    return f"servers start without the records of {loss.namespace}{where}; until they are filled again, {rest}"


@rule(
    "deleted-records-return",
    scope="change",
    severity="warning",
    remedy=(
        "durable deletes in the clients, whose tombstones survive a cold start; `disallow-expunge: true` refuses others"
    ),
    source=f"{DEVICES}: ssd_cold_start_sweep",
)
def deleted_records_return(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A pod that is rebuilt, and a server that can't take its index over, builds its index from its devices.
    Records that were deleted without a durable delete, and that nothing has overwritten there, come back, and
    migrations spread them. Strongly consistent namespaces take durable deletes only, and so does one with
    disallow-expunge.
    """
    for restart in restarts.racks:
        kinds = {restarts.pods[pod] for pod in restart.pods}
        is_rebuilt = bool(kinds & {POD_RESTART, IMAGE}) and not restart.rack.storage.get("deleteLocalStorageOnRestart")
        after = {name: namespace for _, name, namespace in namespaces(restart.rack.config)}
        for _, name, before in namespaces(restart.before.config):
            now = after.get(name)
            if now is None or is_strongly_consistent(now) or is_purely_in_memory(before) or ignores_devices(now):
                continue
            if before.get("disallow-expunge") is True:
                continue
            if is_rebuilt or (WARM in kinds and builds_index(before, now)):
                path = config_path_of(new, restart.before, restart.rack, f"namespaces.{{{name}}}.storage-engine")
                yield path, f"each server of {name} builds its index from its devices: deleted records may come back"


@rule(
    "evicts-at-start",
    scope="change",
    severity="warning",
    remedy="an nsup-period, so that what is evicted is seen while servers run",
    source=f"{SUPERVISOR}: cold_start_evict",
)
def evicts_at_start(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A threshold is set while nsup-period is 0. Nothing is evicted while a server runs, but a cold start evicts as
    soon as the threshold is met: it deletes records with a time to live.
    """
    for where, name, before, after in namespace_pairs(old, new):
        if not after.get("nsup-period"):
            for key, now in new_thresholds(before, after):
                yield where(key), f"from {now:g} percent on a cold start of {name} deletes records with a time to live"


@rule(
    "defrag-writes",
    scope="change",
    severity="warning",
    remedy="a threshold of 50, and more or larger devices",
    source="Aerospike Certification Tool, writes of a defragmented block",
)
def defrag_writes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The defragmentation threshold grows. The server writes every block anew that is filled less than the
    threshold: p percent makes 100 / (100 - p) writes of each one, so devices wear and are overloaded.
    """
    for where, name, before, after in namespace_pairs(old, new):
        was, now = (_defrag_percent(namespace) for namespace in (before, after))
        if now > max(was, DEFAULT_DEFRAG_PERCENT):
            times = f"{100 / (100 - now):.3g} times"
            path = where("storage-engine.defrag-lwm-pct")
            yield (
                path,
                f"{was:g} becomes {now:g}: {name} writes {times} what clients write, not {100 / (100 - was):.3g}",
            )


DEFAULT_DEFRAG_PERCENT = 50
"""Source: the server's schemas, 4.9 to 8.1."""


def _defrag_percent(namespace: Config) -> float:
    percent = section(namespace, "storage-engine").get("defrag-lwm-pct", DEFAULT_DEFRAG_PERCENT)
    return percent if isinstance(percent, (int, float)) and 0 <= percent < 100 else DEFAULT_DEFRAG_PERCENT


RULES = rules_in(globals())
