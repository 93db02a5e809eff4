"""What happens to the data by itself: namespaces, copies, devices, storage engines, balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, namespaces, replication_factor
from aerofleet.ako.config_change import removed_namespaces
from aerofleet.ako.config_file import is_same
from aerofleet.ako.narrow import becomes
from aerofleet.ako.pairs import config_path_of, paired
from aerofleet.ako.reasons.evictions import eviction_reasons
from aerofleet.ako.reasons.losses import loss_reasons
from aerofleet.ako.reasons.pods import copies_of
from aerofleet.ako.reasons.starts import start_reasons
from aerofleet.ako.replication import changed_factors
from aerofleet.findings.effect import Effect, Reason, reason_of


def data_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    yield from loss_reasons(old, new)
    for before, rack in paired(old, new):
        for reason in _rack_reasons(old.size, before, rack):
            yield replace(reason, path=config_path_of(new, before, rack, reason.path))
    for name in dict.fromkeys(name for _, name in changed_factors(old.racks, new.racks)):
        yield from _factor_reasons(old, new, name)


def _rack_reasons(size: int, before: Rack, rack: Rack) -> Iterator[Reason]:
    """Paths are within the rack's configuration. ``size``: the pods that hold the copies now."""
    for name in removed_namespaces(before.config, rack.config):
        message = f"namespace {name} goes, and its data with it"
        yield reason_of(Effect.DATA_AT_RISK, "namespace-removed", f"namespaces.{{{name}}}", message)
    known = {name: namespace for _, name, namespace in namespaces(before.config)}
    for _, name, namespace in namespaces(rack.config):
        path = f"namespaces.{{{name}}}"
        if name in known:
            if not is_same(known[name], namespace):
                yield from _namespace_reasons(size, name, known[name], namespace, path)
        else:
            yield reason_of(Effect.LIVE, "namespace-added", path, f"namespace {name} is new and empty")


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
        yield reason_of(
            Effect.DATA_AT_RISK, "replication-factor", path, f"{before} copies become one: any lost node loses records"
        )
    else:
        yield reason_of(Effect.MOVES_DATA, "replication-factor", path, f"{before} copies become {after}")


def _namespace_reasons(size: int, name: str, before: Config, after: Config, path: str) -> Iterator[Reason]:
    copies = copies_of(before, size)
    yield from start_reasons(name, before, after, copies, path)
    yield from eviction_reasons(name, before, after, path)
    for key in ("active-rack", "prefer-uniform-balance", "rack-id"):
        if not is_same(before.get(key), after.get(key)):
            yield reason_of(
                Effect.MOVES_DATA,
                "balance",
                f"{path}.{key}",
                f"{key} of {name}: {becomes(before.get(key), after.get(key))}: partitions move",
            )
