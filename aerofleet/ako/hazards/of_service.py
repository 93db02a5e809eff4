"""Hazards of a change for clients of the cluster: writes that are refused, records that expire or are not shipped,
addresses that change.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.aerospike.parameters import parameter
from aerofleet.aerospike.server_files import DEVICES, SERVER, SUPERVISOR
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import Config, entries, section, texts
from aerofleet.ako.narrow import becomes
from aerofleet.ako.operator_files import CONTROLLER, MUTATING_WEBHOOK
from aerofleet.ako.pairs import Where, config_path_of, namespace_pairs, paired
from aerofleet.ako.restart import IMAGE, POD_RESTART, WARM, Restarts, judged_version
from aerofleet.findings import Problem, rule, rules_in

Keys = tuple[str, ...]

STOPS_WHEN_LOWERED: tuple[Keys, ...] = (
    ("stop-writes-pct",),
    ("stop-writes-sys-memory-pct",),
    ("memory-size",),
    ("indexes-memory-budget",),
    ("max-record-size",),
    ("storage-engine", "stop-writes-used-pct"),
    ("storage-engine", "max-used-pct"),
)
STOPS_WHEN_RAISED: tuple[Keys, ...] = (("storage-engine", "stop-writes-avail-pct"), ("storage-engine", "min-avail-pct"))
STOPS_WHEN_ON: tuple[Keys, ...] = (("reject-non-xdr-writes",), ("reject-xdr-writes",), ("disallow-null-setname",))
SET_QUOTAS = ("stop-writes-count", "stop-writes-size")
WEAKER: dict[Keys, tuple[Any, str]] = {
    ("storage-engine", "commit-to-device"): (False, "writes are answered before they are on the device"),
    ("storage-engine", "disable-odsync"): (True, "writes may stay in the device's cache when power fails"),
    ("write-commit-level-override",): ("master", "writes are answered before the other copies have them"),
    ("strong-consistency-allow-expunge",): (True, "records may be deleted without a trace, and come back"),
    ("auto-revive",): (True, "dead partitions are taken back, with whatever is lost, and nobody is asked"),
}
"""Value that promises less for a record that was acknowledged, and what it means. Source: the server's reference."""


def _value(version: str, config: Config, keys: Keys, context: str = "namespaces") -> Any:
    """Return the value of a parameter in the section ``config`` of ``context``, or its default."""
    value = section(config, *keys[:-1]).get(keys[-1])
    if value is not None:
        return value
    known = parameter(version, ".".join((context, *keys)))
    return known.default if known is not None else None


def _limit(version: str, config: Config, keys: Keys, context: str = "namespaces") -> float:
    """Return a limit as a number; infinity where it is off (0 or absent)."""
    value = _value(version, config, keys, context)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and value else float("inf")


def _shown(limit: float) -> str:
    return "no limit" if limit == float("inf") else f"{limit:.0f}"


@rule(
    "stops-writes",
    scope="change",
    severity="warning",
    remedy="a look at what is used now, and alerts below the limit",
    source=f"{SUPERVISOR}: eval_stop_writes; {SERVER}, as/src/transaction/write.c: write_master_preprocessing",
)
def stops_writes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A limit on writes gets stricter. A server that meets it already refuses writes as soon as it is set; a new
    rule refuses the writes of clients that don't keep it.
    """
    version = judged_version(new, old)
    for where, name, before, after in namespace_pairs(old, new):
        for keys in STOPS_WHEN_LOWERED:
            limits = [_limit(version, side, keys) for side in (before, after)]
            if limits[1] < limits[0]:
                pair = f"{_shown(limits[0])} becomes {_shown(limits[1])}"
                yield where(".".join(keys)), f"{pair}: {name} refuses writes earlier"
        for keys in STOPS_WHEN_RAISED:
            sizes = [_value(version, side, keys) for side in (before, after)]
            if all(isinstance(size, (int, float)) for size in sizes) and sizes[1] > sizes[0]:
                yield where(".".join(keys)), f"{sizes[0]} becomes {sizes[1]}: {name} refuses writes earlier"
        for keys in STOPS_WHEN_ON:
            if _value(version, after, keys) is True and _value(version, before, keys) is not True:
                yield where(".".join(keys)), f"{name} refuses these writes from now on"
        yield from _set_quotas(where, before, after)


def _set_quotas(where: Where, before: Config, after: Config) -> Iterator[Problem]:
    known = _named(before, "sets")
    for name, entry in _named(after, "sets").items():
        for key in SET_QUOTAS:
            was, now = (side.get(key) or float("inf") for side in (known.get(name, {}), entry))
            if isinstance(was, (int, float)) and isinstance(now, (int, float)) and now < was:
                yield where(f"sets.{{{name}}}.{key}"), f"set {name} refuses writes beyond {now}"


def _named(config: Any, *path: str) -> dict[str, Config]:
    return {str(entry.get("name")): entry for entry in entries(config, *path)}


@rule(
    "clients-turned-away",
    scope="change",
    severity="warning",
    remedy="a limit above what clients use at their busiest",
    source=(
        f"{SERVER}, as/src/base/service.c: accept_service_connection; {SERVER}, as/src/base/batch.c:"
        " as_batch_queue_task"
    ),
)
def clients_turned_away(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A limit on connections or batches is lowered. The server refuses what is beyond as soon as it is set."""
    version = judged_version(new, old)
    for before, rack in paired(old, new):
        for key in ("proto-fd-max", "batch-max-requests"):
            limits = [_limit(version, section(side.config, "service"), (key,), "service") for side in (before, rack)]
            if limits[1] < limits[0]:
                message = f"{_shown(limits[0])} becomes {_shown(limits[1])}: what is beyond is refused"
                yield config_path_of(new, before, rack, f"service.{key}"), message


@rule(
    "expires-records",
    scope="change",
    severity="warning",
    remedy="a time to live that the owner of the data has agreed to",
    source=f"{SERVER}, as/src/base/record.c: as_record_advance_void_time; {SUPERVISOR}: run_expire_or_evict",
)
def expires_records(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """Records written from now on expire, or expire sooner than before: every node deletes them then."""
    for where, name, before, after in namespace_pairs(old, new):
        yield from _expires(where("default-ttl"), name, before, after)
        known = _named(before, "sets")
        for key, entry in _named(after, "sets").items():
            yield from _expires(where(f"sets.{{{key}}}.default-ttl"), f"set {key} of {name}", known.get(key, {}), entry)


def _expires(path: str, what: str, before: Config, after: Config) -> Iterator[Problem]:
    was, now = (side.get("default-ttl") or float("inf") for side in (before, after))
    if isinstance(was, (int, float)) and isinstance(now, (int, float)) and now < was:
        yield path, f"new records of {what} live {_span(now)}, {_span(was)} before"


def _span(seconds: float) -> str:
    """Return a time to live for a message: ``30 days``, ``90 seconds``, ``for ever``."""
    if seconds == float("inf"):
        return "for ever"
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count = seconds / size
        if count >= 1 and count == int(count):
            return f"{int(count)} {unit}" + ("" if count == 1 else "s")
    return f"{seconds:g} seconds"


@rule(
    "weaker-writes",
    scope="change",
    severity="warning",
    remedy="the stricter value, unless the owner of the data has agreed",
    source=(
        f"{DEVICES}: ssd_init_devices; {SERVER}, as/include/base/transaction_policy.h;"
        " Not confirmed: strong-consistency-allow-expunge and auto-revive, Enterprise Edition, whose source is not"
        " public"
    ),
)
def weaker_writes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The cluster promises less for a record whose write it has acknowledged."""
    version = judged_version(new, old)
    for where, name, before, after in namespace_pairs(old, new):
        for keys, (value, why) in WEAKER.items():
            was, now = _value(version, before, keys), _value(version, after, keys)
            if now == value and was is not None and was != value:
                yield where(".".join(keys)), f"{name}: {why}"


@rule(
    "shipping-stops",
    scope="change",
    severity="severe",
    remedy="the destination as it is; a rewind when it comes back under any name",
    source="Not confirmed: XDR, Enterprise Edition, whose source is not public",
)
def shipping_stops(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A destination or one of its namespaces is removed. What is written meanwhile is not shipped later by itself;
    another name is another destination, which starts with nothing.
    """
    for before, rack in paired(old, new):
        now = _named(rack.config, "xdr", "dcs")
        for dc, entry in _named(before.config, "xdr", "dcs").items():
            path = f"xdr.dcs.{{{dc}}}"
            if dc not in now:
                yield config_path_of(new, before, rack, path), f"nothing is shipped to {dc} any more"
                continue
            for name in sorted(_named(entry, "namespaces").keys() - _named(now[dc], "namespaces").keys()):
                gone = config_path_of(new, before, rack, f"{path}.namespaces.{{{name}}}")
                yield gone, f"{name} is not shipped to {dc} any more"


@rule(
    "ships-from-now",
    scope="change",
    severity="info",
    remedy="a rewind of the namespace, once the destination answers",
    source="Aerospike documentation, knowledge base, XDR 5.0 behaviour when adding a new DC",
)
def ships_from_now(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A namespace gets a destination while servers run. XDR ships what is written from then on, and no record that is
    there already.
    """
    for path, dc, name, does_restart in _new_destinations(old, new, restarts):
        if not does_restart:
            yield path, f"{dc} gets no record of {name} that is there already"


@rule(
    "ships-everything",
    scope="change",
    severity="warning",
    remedy="the destination alone, in a change that the operator sets live; then a rewind where old records are wanted",
    source="Aerospike documentation, knowledge base, XDR 5.0 behaviour when adding a new DC",
)
def ships_everything(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A namespace gets a destination, and servers restart with it. A server that starts knows no time up to which it
    has shipped there, so it ships every record of which it is the master: the link and the destination get them all.
    """
    for path, dc, name, does_restart in _new_destinations(old, new, restarts):
        if does_restart:
            yield path, f"each server ships to {dc} every record of {name} that it has, when it restarts"


def _new_destinations(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[tuple[str, str, str, bool]]:
    """Yield (path, destination, namespace, whether servers of the rack restart) for each new pair of the two."""
    restarted = {restart.rack.identity for restart in restarts.racks if restart.kind in (WARM, POD_RESTART, IMAGE)}
    for before, rack in paired(old, new):
        known = _named(before.config, "xdr", "dcs")
        for dc, entry in _named(rack.config, "xdr", "dcs").items():
            for name in sorted(_named(entry, "namespaces").keys() - _named(known.get(dc, {}), "namespaces").keys()):
                path = config_path_of(new, before, rack, f"xdr.dcs.{{{dc}}}.namespaces.{{{name}}}")
                yield path, dc, name, rack.identity in restarted


SHIPS_LESS_WHEN: tuple[tuple[str, bool], ...] = (
    ("ship-only-specified-sets", True),
    ("ignore-expunges", True),
    ("forward", False),
)
"""Switches of a destination's namespace, and the side on which fewer records are shipped."""


@rule(
    "ships-less",
    scope="change",
    severity="warning",
    remedy="what it ships now, or a rewind once it ships them again",
    source="Aerospike documentation, Set policy of XDR, and record forwarding and deleted records",
)
def ships_less(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A destination ships fewer records than before. Those are not shipped later by themselves, so the copy at the
    destination ages.
    """
    for before, rack in paired(old, new):
        now = _named(rack.config, "xdr", "dcs")
        for dc, entry in _named(before.config, "xdr", "dcs").items():
            wanted = _named(now.get(dc, {}), "namespaces")
            for name, namespace in _named(entry, "namespaces").items():
                for key in _left_out(namespace, wanted.get(name, namespace)):
                    path = config_path_of(new, before, rack, f"xdr.dcs.{{{dc}}}.namespaces.{{{name}}}.{key}")
                    yield path, f"fewer records of {name} go to {dc}"


def _left_out(before: Config, after: Config) -> Iterator[str]:
    """Yield the keys by which a destination's namespace ships less than before."""
    for key, side in SHIPS_LESS_WHEN:
        if after.get(key, False) is side and before.get(key, False) is not side:
            yield key
    for key in ("ignore-sets", "ignore-bins"):
        if set(texts(after.get(key))) - set(texts(before.get(key))):
            yield key
    for key in ("ship-sets", "ship-bins"):
        if set(texts(before.get(key))) - set(texts(after.get(key))):
            yield key


@rule(
    "destination-moves",
    scope="change",
    severity="warning",
    remedy="a destination of another name beside it, with a rewind; then the old one goes",
    source="Not confirmed: XDR, Enterprise Edition, whose source is not public",
)
def destination_moves(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A destination has other addresses only. If another cluster answers there, it gets nothing of what was shipped
    to the old one.
    """
    for before, rack in paired(old, new):
        now = _named(rack.config, "xdr", "dcs")
        for dc, entry in _named(before.config, "xdr", "dcs").items():
            seeds = [
                {seed.replace(" ", ":") for seed in texts(config.get("node-address-ports"))}
                for config in (entry, now.get(dc, {}))
            ]
            if all(seeds) and not seeds[0] & seeds[1]:
                path = config_path_of(new, before, rack, f"xdr.dcs.{{{dc}}}.node-address-ports")
                yield path, f"{dc} is looked for elsewhere only"


@rule(
    "heartbeat-tightens",
    scope="change",
    severity="warning",
    remedy="interval × timeout above the longest pause of hosts and network",
    source=f"{SERVER}, as/src/fabric/hb.c: hb_adjacency_tender",
)
def heartbeat_tightens(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """Nodes count as dead after a shorter silence: a short pause of a host or the network then moves partitions."""
    for before, rack in paired(old, new):
        was, now = (section(side.config, "network", "heartbeat") for side in (before, rack))
        silence = [_silence_ms(heartbeat) for heartbeat in (was, now)]
        if silence[1] < silence[0]:
            keys = [key for key in ("interval", "timeout") if was.get(key) != now.get(key)]
            path = config_path_of(new, before, rack, f"network.heartbeat.{keys[0]}")
            yield path, f"nodes count as dead after {silence[1]:g} ms of silence instead of {silence[0]:g}"


def _silence_ms(heartbeat: Config) -> float:
    interval, timeout = heartbeat.get("interval", 150), heartbeat.get("timeout", 10)
    is_known = all(isinstance(number, (int, float)) for number in (interval, timeout))
    return interval * timeout if is_known else float("inf")


@rule(
    "addresses-change",
    scope="change",
    severity="warning",
    remedy="addresses that were tried from every client's network before",
    source=f"{MUTATING_WEBHOOK}: setDefaultNetworkConf; {CONTROLLER}/pod.go: getRollingRestartTypePod",
)
def addresses_change(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The cluster publishes other addresses, node by node. Clients that can't reach them lose the cluster."""
    was, now = (section(cluster.spec, "aerospikeNetworkPolicy") for cluster in (old, new))
    has_tls = section(new.config, "network", "service").get("tls-name") is not None
    for way in ("access", "alternateAccess", *(("tlsAccess", "tlsAlternateAccess") if has_tls else ())):
        if was.get(way) != now.get(way):
            yield (
                f"spec.aerospikeNetworkPolicy.{way}",
                f"{was.get(way)} becomes {now.get(way)}: clients get other addresses",
            )


@rule(
    "load-balancer-changes",
    scope="change",
    severity="warning",
    remedy="the load balancer as it is until no client's seed list names it",
    source=f"{CONTROLLER}/service.go: reconcileSTSLoadBalancerSvc, getLBServicePort",
)
def load_balancer_changes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The load balancer is removed, has another port, or lets in other clients. Clients that find the cluster through
    it don't find it any more when they start.
    """
    was, now = (section(cluster.spec, "seedsFinderServices", "loadBalancer") for cluster in (old, new))
    path = "spec.seedsFinderServices.loadBalancer"
    if was and not now:
        yield path, "the load balancer goes"
    elif was:
        before, after = _balancer(old), _balancer(new)
        for key in before:
            if before[key] != after[key] and after[key]:
                yield f"{path}.{key}", f"{becomes(before[key], after[key])}: clients may not get through any more"


def _balancer(cluster: Cluster) -> dict[str, Any]:
    """Return the ports and the clients of the cluster's load balancer. Where no port is written, the operator takes the
    TLS port of the service if it has one, else the plain one.
    """
    balancer = section(cluster.spec, "seedsFinderServices", "loadBalancer")
    service = section(cluster.config, "network", "service")
    own = service.get("tls-port") if service.get("tls-name") else None
    target = balancer.get("targetPort") or own or service.get("port")
    ranges = balancer.get("loadBalancerSourceRanges")
    return {"port": balancer.get("port") or target, "targetPort": target, "loadBalancerSourceRanges": ranges}


RULES = rules_in(globals())
