"""What happens to the data by itself: namespaces, copies, devices, storage engines."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.admission.storage_rules import path_of
from aerofleet.ako.admission.update_rules import changed_replication_factors
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import (
    Config,
    is_purely_in_memory,
    namespaces,
    replication_factor,
    section,
    storage_type,
    texts,
)
from aerofleet.ako.config_change import is_same, removed_namespaces
from aerofleet.ako.effect import Effect, Reason
from aerofleet.ako.reasons.pods import copies_of

ERASES = {
    "encryption": "what is on the devices was written otherwise: the server doesn't start before they are erased",
    "encryption-key-file": "what is on the devices was written with another key",
}
"""Storage parameters whose change makes what is on the devices unreadable. Source: aerospike-server 8.1 (drv_ssd.c)."""


COLD_START = ("partition-tree-sprigs", "index-type")
"""Parameters with which a server doesn't take over the index from before. Source: aerospike-server 8.1, cold start."""


def paired(old: Cluster, new: Cluster) -> Iterator[tuple[Rack, Rack]]:
    """Racks that stay, those alike once."""
    before = {rack.id: rack for rack in old.racks}
    told: set[tuple[int, int]] = set()
    for rack in new.racks:
        known = before.get(rack.id) or (old.racks[0] if old.racks else None)
        if known is None:
            continue
        key = (-1, -1) if known.is_shared and rack.is_shared else (known.position, rack.position)
        if key not in told:
            told.add(key)
            yield known, rack


def data_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    for before, rack in paired(old, new):
        root = new.config_path(rack)
        for name in removed_namespaces(before.config, rack.config):
            message = f"namespace {name} goes, and its data with it"
            yield Reason(Effect.DATA_AT_RISK, "namespace-removed", f"{root}.namespaces.{{{name}}}", message)
        known = {name: namespace for _, name, namespace in namespaces(before.config)}
        for _, name, namespace in namespaces(rack.config):
            if name in known:
                path = f"{root}.namespaces.{{{name}}}"
                yield from _device_reasons((before, known[name]), (rack, namespace), f"{path}.storage-engine")
                yield from _namespace_reasons(old, name, known[name], namespace, path)
            else:
                yield Reason(
                    Effect.LIVE,
                    "namespace-added",
                    f"{root}.namespaces.{{{name}}}",
                    f"namespace {name} is new and empty",
                )
    changed = changed_replication_factors(old, new)
    for name in changed:
        yield from _factor_reasons(old, new, name)


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
        yield Reason(
            Effect.DATA_AT_RISK, "replication-factor", path, f"{before} copies become one: any lost node loses records"
        )
    else:
        yield Reason(Effect.MOVES_DATA, "replication-factor", path, f"{before} copies become {after}")


def _namespace_reasons(old: Cluster, name: str, before: Config, after: Config, path: str) -> Iterator[Reason]:
    engine, wanted = section(before, "storage-engine"), section(after, "storage-engine")
    where = f"{path}.storage-engine"
    copies = copies_of(before, old.size)
    if storage_type(before) != storage_type(after):
        yield _refilled(
            copies,
            "storage-engine",
            f"{where}.type",
            f"{name} moves from {storage_type(before)} to {storage_type(after)}",
        )
    if (
        not is_same(engine.get("data-size"), wanted.get("data-size"))
        and "data-size" in engine
        and "data-size" in wanted
    ):
        yield _refilled(copies, "data-size", f"{where}.data-size", f"the memory of {name} is laid out anew")
    for key, why in ERASES.items():
        if not is_same(engine.get(key), wanted.get(key)):
            yield Reason(Effect.DATA_AT_RISK, "erases", f"{where}.{key}", why)
    for key in ("write-block-size", "filesize"):
        was, now = engine.get(key), wanted.get(key)
        if isinstance(was, (int, float)) and isinstance(now, (int, float)) and now < was:
            message = f"{key} of {name} shrinks from {was} to {now}: what is there may not fit"
            yield Reason(Effect.DATA_AT_RISK, "shrinks", f"{where}.{key}", message)
    yield from _cold_start_reasons(name, before, after, copies, path)
    for key in ("active-rack", "prefer-uniform-balance", "rack-id"):
        if not is_same(before.get(key), after.get(key)):
            yield Reason(Effect.MOVES_DATA, "balance", f"{path}.{key}", f"{key} of {name} changes: partitions move")


def _cold_start_reasons(name: str, before: Config, after: Config, copies: int, path: str) -> Iterator[Reason]:
    """What the next start can't take over from shared memory, whatever kind of restart it is."""
    engines = [section(namespace, "storage-engine") for namespace in (before, after)]
    if [engine.get("cold-start-empty") is True for engine in engines] == [False, True]:
        where = f"{path}.storage-engine.cold-start-empty"
        message = f"a cold start of {name} ignores what is on its devices from now on"
        yield Reason(Effect.DATA_AT_RISK, "cold-start-empty", where, message)
    for key in COLD_START:
        if is_same(before.get(key), after.get(key)):
            continue
        message = f"the index of {name} is built anew"
        if is_purely_in_memory(before):
            yield _refilled(copies, "cold-start", f"{path}.{key}", message)
        else:
            yield Reason(Effect.ROLLING_RESTART, "cold-start", f"{path}.{key}", f"{message} from its devices")


def _device_reasons(old: tuple[Rack, Config], new: tuple[Rack, Config], path: str) -> Iterator[Reason]:
    if storage_type(old[1]) != storage_type(new[1]):
        return
    for key in ("devices", "files"):
        kept = set(_places(*new, key).values())
        gone = sorted(place for place, volume in _places(*old, key).items() if volume not in kept)
        if gone:
            message = f"{', '.join(gone)} is taken from {old[1].get('name')}, with what lies on it"
            yield Reason(Effect.DATA_AT_RISK, "device-removed", f"{path}.{key}", message)


def _places(rack: Rack, namespace: Config, key: str) -> dict[str, str]:
    """Each device (shadows too) or file → what it lies on: the volume of a device keeps its data under another path."""
    by_path = {path_of(volume): str(volume.get("name")) for volume in rack.storage.get("volumes") or []}
    lines = texts(section(namespace, "storage-engine").get(key))
    words = [word for line in lines for word in (line.split() if key == "devices" else [line])]
    return {word: f"volume {by_path[word]}" if word in by_path else word for word in words}


def _refilled(copies: int, rule: str, path: str, message: str) -> Reason:
    if copies <= 1:
        return Reason(Effect.DATA_AT_RISK, rule, path, f"{message}; there is no other copy to fill it from")
    return Reason(Effect.MOVES_DATA, rule, path, f"{message}; nodes fill again from the others")
