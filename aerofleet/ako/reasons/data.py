"""What happens to the data by itself: namespaces, copies, devices, storage engines, balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from aerofleet.ako.admission.replication_rules import changed_factors
from aerofleet.ako.admission.storage_rules import path_of
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, namespaces, replication_factor, section, storage_type, texts
from aerofleet.ako.config_change import is_same, removed_namespaces
from aerofleet.ako.effect import Effect, Reason
from aerofleet.ako.pairs import config_path_of, paired
from aerofleet.ako.reasons.evictions import eviction_reasons
from aerofleet.ako.reasons.pods import copies_of
from aerofleet.ako.reasons.starts import refilled, start_reasons


def data_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    for before, rack in paired(old, new):
        for reason in _rack_reasons(old.size, before, rack):
            yield replace(reason, path=config_path_of(new, before, rack, reason.path))
    for name in dict.fromkeys(name for _, name in changed_factors(old.racks, new.racks)):
        yield from _factor_reasons(old, new, name)


def _rack_reasons(size: int, before: Rack, rack: Rack) -> Iterator[Reason]:
    """Paths are within the rack's configuration. ``size``: the pods that hold the copies now."""
    for name in removed_namespaces(before.config, rack.config):
        message = f"namespace {name} goes, and its data with it"
        yield Reason(Effect.DATA_AT_RISK, "namespace-removed", f"namespaces.{{{name}}}", message)
    known = {name: namespace for _, name, namespace in namespaces(before.config)}
    for _, name, namespace in namespaces(rack.config):
        path = f"namespaces.{{{name}}}"
        if name in known:
            # The same devices can come to lie on other volumes.
            yield from _device_reasons((before, known[name]), (rack, namespace), f"{path}.storage-engine")
            if not is_same(known[name], namespace):
                yield from _shadow_reasons(size, known[name], namespace, f"{path}.storage-engine.devices")
                yield from _namespace_reasons(size, name, known[name], namespace, path)
        else:
            yield Reason(Effect.LIVE, "namespace-added", path, f"namespace {name} is new and empty")


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


def _namespace_reasons(size: int, name: str, before: Config, after: Config, path: str) -> Iterator[Reason]:
    engine, wanted = section(before, "storage-engine"), section(after, "storage-engine")
    where = f"{path}.storage-engine"
    copies = copies_of(before, size)
    if storage_type(before) != storage_type(after):
        yield refilled(
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
        yield refilled(copies, "data-size", f"{where}.data-size", f"the memory of {name} is laid out anew")
    yield from start_reasons(name, before, after, copies, path)
    yield from eviction_reasons(name, before, after, path)
    for key in ("active-rack", "prefer-uniform-balance", "rack-id"):
        if not is_same(before.get(key), after.get(key)):
            yield Reason(Effect.MOVES_DATA, "balance", f"{path}.{key}", f"{key} of {name} changes: partitions move")


def _device_reasons(old: tuple[Rack, Config], new: tuple[Rack, Config], path: str) -> Iterator[Reason]:
    if storage_type(old[1]) != storage_type(new[1]):
        return
    name = old[1].get("name")
    for key in ("devices", "files"):
        kept = set(_places(*new, key).values())
        gone = sorted(place for place, held in _places(*old, key).items() if held not in kept)
        if gone:
            message = f"{name} loses {', '.join(gone)} and what lies there"
            yield Reason(Effect.DATA_AT_RISK, "device-removed", f"{path}.{key}", message)


def _shadow_reasons(size: int, before: Config, after: Config, path: str) -> Iterator[Reason]:
    """A server reads from the shadow when it starts: over an empty one it takes the device for empty, too."""
    was, now = _shadows(before), _shadows(after)
    for device in sorted(was.keys() & now.keys()):
        if now[device] and now[device] != was[device]:
            message = f"{device} gets the shadow {now[device]}, which a server reads first and finds empty"
            yield refilled(copies_of(before, size), "shadow-added", path, message)


def _shadows(namespace: Config) -> dict[str, str]:
    """Device → its shadow, empty where it has none."""
    lines = [line.split() for line in texts(section(namespace, "storage-engine").get("devices"))]
    return {words[0]: " ".join(words[1:]) for words in lines if words}


Place = tuple[str, bool]
"""What holds data, and whether as a shadow: a device that becomes another's shadow is overwritten by it."""


def _places(rack: Rack, namespace: Config, key: str) -> dict[str, Place]:
    """Each device, shadow or file → what it lies on: the volume of a device keeps its data under another path."""
    by_path = {path_of(volume): str(volume.get("name")) for volume in rack.storage.get("volumes") or []}
    places: dict[str, Place] = {}
    for line in texts(section(namespace, "storage-engine").get(key)):
        for position, word in enumerate(line.split() if key == "devices" else [line]):
            places[word] = (f"volume {by_path[word]}" if word in by_path else word, position > 0)
    return places
