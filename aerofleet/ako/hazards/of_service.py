"""Hazards of a change for those who use the cluster: writes that are refused, records that expire, access that ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.aerospike.parameters import parameter
from aerofleet.ako.admission.access_rules import is_secured
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import Config, entries, section
from aerofleet.ako.hazards.hazard import Found, hazard
from aerofleet.ako.pairs import namespace_pairs, paired
from aerofleet.ako.restart import Restarts, judged_version

Keys = tuple[str, ...]

STOPS_WHEN_LOWERED: tuple[Keys, ...] = (
    ("stop-writes-pct",),
    ("stop-writes-sys-memory-pct",),
    ("memory-size",),
    ("indexes-memory-budget",),
    ("storage-engine", "stop-writes-used-pct"),
    ("storage-engine", "max-used-pct"),
)
STOPS_WHEN_RAISED: tuple[Keys, ...] = (("storage-engine", "stop-writes-avail-pct"), ("storage-engine", "min-avail-pct"))
STOPS_WHEN_ON: tuple[Keys, ...] = (("reject-non-xdr-writes",), ("reject-xdr-writes",))
SET_QUOTAS = ("stop-writes-count", "stop-writes-size")
WEAKER: dict[Keys, tuple[Any, str]] = {
    ("storage-engine", "commit-to-device"): (False, "writes are answered before they are on the device"),
    ("storage-engine", "disable-odsync"): (True, "writes may stay in the device's cache when power fails"),
    ("write-commit-level-override",): ("master", "writes are answered before the other copies have them"),
    ("strong-consistency-allow-expunge",): (True, "records may be deleted without a trace, and come back"),
    ("auto-revive",): (True, "dead partitions are taken back, with whatever is lost, and nobody is asked"),
}
"""Value that promises less for a record that was acknowledged, and what it means. Source: the server's reference."""


def _value(version: str, namespace: Config, keys: Keys) -> Any:
    """As it counts: the default where nothing is said."""
    found = section(namespace, *keys[:-1]).get(keys[-1])
    if found is not None:
        return found
    known = parameter(version, ".".join(("namespaces", *keys)))
    return known.default if known is not None else None


def _limit(version: str, namespace: Config, keys: Keys) -> float:
    """A limit as a number; one that is off (0, or not there) is endless."""
    value = _value(version, namespace, keys)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and value else float("inf")


@hazard("stops-writes", "warning", "a look at what is used now, and alerts below the limit")
def stops_writes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """A limit that is met already refuses writes as soon as it is set."""
    version = judged_version(new, old)
    for path, name, before, after in namespace_pairs(old, new):
        for keys in STOPS_WHEN_LOWERED:
            if _limit(version, after, keys) < _limit(version, before, keys):
                yield f"{path}.{'.'.join(keys)}", f"{name} refuses writes earlier"
        for keys in STOPS_WHEN_RAISED:
            sizes = [_value(version, each, keys) for each in (before, after)]
            if all(isinstance(size, (int, float)) for size in sizes) and sizes[1] > sizes[0]:
                yield f"{path}.{'.'.join(keys)}", f"{name} refuses writes earlier"
        for keys in STOPS_WHEN_ON:
            if _value(version, after, keys) is True and _value(version, before, keys) is not True:
                yield f"{path}.{'.'.join(keys)}", f"{name} refuses these writes from now on"
        yield from _set_quotas(path, before, after)


def _set_quotas(path: str, before: Config, after: Config) -> Iterator[Found]:
    known = _named(before, "sets")
    for name, entry in _named(after, "sets").items():
        for key in SET_QUOTAS:
            was, now = (each.get(key) or float("inf") for each in (known.get(name, {}), entry))
            if isinstance(was, (int, float)) and isinstance(now, (int, float)) and now < was:
                yield f"{path}.sets.{{{name}}}.{key}", f"set {name} refuses writes beyond {now}"


def _named(config: Any, *path: str) -> dict[str, Config]:
    return {str(entry.get("name")): entry for entry in entries(config, *path)}


@hazard("expires-records", "warning", "a time to live that the owner of the data has agreed to")
def expires_records(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """Records written from now on expire, or sooner than before: they are deleted then, on every node."""
    for path, name, before, after in namespace_pairs(old, new):
        yield from _expires(f"{path}.default-ttl", name, before, after)
        known = _named(before, "sets")
        for key, entry in _named(after, "sets").items():
            yield from _expires(f"{path}.sets.{{{key}}}.default-ttl", f"set {key} of {name}", known.get(key, {}), entry)


def _expires(path: str, what: str, before: Config, after: Config) -> Iterator[Found]:
    was, now = (each.get("default-ttl") or float("inf") for each in (before, after))
    if isinstance(was, (int, float)) and isinstance(now, (int, float)) and now < was:
        yield path, f"new records of {what} live {now:g} seconds"


@hazard("weaker-writes", "warning", "the stricter value, unless the owner of the data has agreed")
def weaker_writes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """The cluster promises less for a record whose write it has answered."""
    version = judged_version(new, old)
    for path, name, before, after in namespace_pairs(old, new):
        for keys, (value, why) in WEAKER.items():
            was, now = _value(version, before, keys), _value(version, after, keys)
            if now == value and was is not None and was != value:
                yield f"{path}.{'.'.join(keys)}", f"{name}: {why}"


@hazard("shipping-stops", "severe", "the destination as it is; a rewind when it comes back under any name")
def shipping_stops(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """What is written while a destination or its namespace is not configured is not shipped later by itself; another
    name is another destination, which starts with nothing.
    """
    for before, rack in paired(old, new):
        now = _named(rack.config, "xdr", "dcs")
        for dc, entry in _named(before.config, "xdr", "dcs").items():
            path = f"{new.config_path(rack)}.xdr.dcs.{{{dc}}}"
            if dc not in now:
                yield path, f"nothing is shipped to {dc} any more"
                continue
            for name in sorted(_named(entry, "namespaces").keys() - _named(now[dc], "namespaces").keys()):
                yield f"{path}.namespaces.{{{name}}}", f"{name} is not shipped to {dc} any more"


@hazard("security-goes", "severe", "security as it is")
def security_goes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """Without the security section whoever reaches a port reads and deletes everything."""
    if is_secured(old) and not is_secured(new):
        yield "spec.aerospikeConfig.security", "users and roles no longer count"


@hazard("users-go", "warning", "the user until nobody logs in with it")
def users_go(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """Applications that still log in with them are locked out while servers run."""
    for kind in ("users", "roles"):
        before, after = (_named(cluster.spec, "aerospikeAccessControl", kind) for cluster in (old, new))
        for name in sorted(before.keys() - after.keys()):
            yield f"spec.aerospikeAccessControl.{kind}.{{{name}}}", f"{name} goes"


@hazard("tls-goes", "warning", "TLS as it is, or both ports until no client uses it")
def tls_goes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """Clients and nodes that speak TLS are cut off, and what they say can be read on the way."""
    for before, rack in paired(old, new):
        for key in ("service", "heartbeat", "fabric"):
            was, now = (section(each.config, "network", key).get("tls-name") for each in (before, rack))
            if was is not None and now is None:
                yield f"{new.config_path(rack)}.network.{key}.tls-name", f"{key} speaks plain text only"


SERVICE_HAZARDS = (
    stops_writes,
    expires_records,
    weaker_writes,
    shipping_stops,
    security_goes,
    users_go,
    tls_goes,
)
