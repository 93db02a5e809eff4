"""Reasons for a change of namespaces, of the number of copies, and of the balance of partitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from aerofleet.aerospike.server_files import PARTITION_BALANCE
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, namespaces, replication_factor
from aerofleet.ako.config_change import removed_namespaces
from aerofleet.ako.config_file import is_same
from aerofleet.ako.narrow import becomes
from aerofleet.ako.operator_files import CONTROLLER
from aerofleet.ako.pairs import config_path_of, paired
from aerofleet.ako.reasons.evictions import eviction_reasons
from aerofleet.ako.reasons.losses import loss_reasons
from aerofleet.ako.reasons.pods import copies_of
from aerofleet.ako.reasons.starts import start_reasons
from aerofleet.ako.replication import changed_factors
from aerofleet.findings import Effect, Reason, declared, rules_in

LATER = (
    "from then on every lost node loses its part of the records, and every restart makes its part unavailable, or "
    "loses it where it is only in memory"
)
"""What one copy means after the change. Source: a partition has no other node to be read from."""
NAMESPACE_REMOVED = declared(
    "namespace-removed",
    "A namespace is no longer configured, and its data goes with it.",
    scope="change",
    severity="severe",
    source=f"{CONTROLLER}/pod.go: handleNSOrDeviceRemoval",
)
NAMESPACE_ADDED = declared(
    "namespace-added",
    "A namespace is new and empty.",
    scope="change",
    severity="info",
    source=f"{CONTROLLER}/pod.go: handleNSOrDeviceAddition",
)
REPLICATION_FACTOR = declared(
    "replication-factor",
    "A namespace keeps another number of copies of each record.",
    scope="change",
    severity="warning",
    source=f"{PARTITION_BALANCE}: balance_namespace_ap",
)
BALANCE = declared(
    "balance",
    "A parameter that decides where the server places partitions changes, and partitions move.",
    scope="change",
    severity="warning",
    source=f"{PARTITION_BALANCE}: balance_namespace_ap; Aerospike documentation, Rack awareness",
)


def data_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    """Yield the reasons for namespaces, losses, starts, evictions and copies, of every rack that stays."""
    yield from loss_reasons(old, new)
    for before, rack in paired(old, new):
        for reason in _rack_reasons(old.size, before, rack):
            yield replace(reason, path=config_path_of(new, before, rack, reason.path))
    for name in dict.fromkeys(name for _, name in changed_factors(old.racks, new.racks)):
        yield from _factor_reasons(old, new, name)


def _rack_reasons(size: int, before: Rack, rack: Rack) -> Iterator[Reason]:
    """Yield the reasons of one rack, with paths within its aerospikeConfig. ``size`` is the number of pods before."""
    for name in removed_namespaces(before.config, rack.config):
        message = f"namespace {name} goes, and its data with it"
        yield NAMESPACE_REMOVED.reason(Effect.DATA_AT_RISK, f"namespaces.{{{name}}}", message)
    known = {name: namespace for _, name, namespace in namespaces(before.config)}
    for _, name, namespace in namespaces(rack.config):
        path = f"namespaces.{{{name}}}"
        if name in known:
            if not is_same(known[name], namespace):
                yield from _namespace_reasons(size, name, known[name], namespace, path)
        else:
            yield NAMESPACE_ADDED.reason(Effect.LIVE, path, f"namespace {name} is new and empty")


def _factor_reasons(old: Cluster, new: Cluster, name: str) -> Iterator[Reason]:
    path = f"spec.aerospikeConfig.namespaces.{{{name}}}.replication-factor"
    factors = [
        [
            replication_factor(namespace)
            for rack in cluster.racks
            for _, known, namespace in namespaces(rack.config)
            if known == name
        ]
        for cluster in (old, new)
    ]
    before, after = max(factors[0], default=2), min(factors[1], default=2)
    if after <= 1:
        message = f"{before} copies become one: {LATER}"
        yield REPLICATION_FACTOR.reason(Effect.DATA_AT_RISK, path, message)
    else:
        yield REPLICATION_FACTOR.reason(Effect.MOVES_DATA, path, f"{before} copies become {after}")


def _namespace_reasons(size: int, name: str, before: Config, after: Config, path: str) -> Iterator[Reason]:
    copies = copies_of(before, size)
    yield from start_reasons(name, before, after, copies, path)
    yield from eviction_reasons(name, before, after, path)
    for key in ("active-rack", "prefer-uniform-balance", "rack-id"):
        if not is_same(before.get(key), after.get(key)):
            message = f"{key} of {name}: {becomes(before.get(key), after.get(key))}: partitions move"
            yield BALANCE.reason(Effect.MOVES_DATA, f"{path}.{key}", message)


RULES = rules_in(globals())
