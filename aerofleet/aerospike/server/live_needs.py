"""Further conditions under which a server takes a setting live: those that ``live_settings`` names.

Source: aerospike-server 6.0.0.1 to 8.1.2.0 (cfg_info.c; hb.c and clustering.c for what they refuse).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aerofleet.aerospike.server.live_settings import MAX_TTL_SECONDS, NEVER
from aerofleet.aerospike.server.live_state import DEFAULTS, Namespace, Server, is_true
from aerofleet.aerospike.server.live_value import unsigned


@dataclass(slots=True)
class Asked:
    """The setting that is sent. A need may change ``value`` (what is stored) and ``shown`` (what get-config shows)."""

    server: Server
    namespace: Namespace
    name: str
    value: Any
    shown: Any = None

    def of_namespace(self, name: str) -> Any:
        return self.namespace.values.get(name, DEFAULTS.get(name, 0))

    def of_network(self, name: str) -> int:
        if name == self.name:
            return int(self.value)
        return int(self.server.network.get(name, DEFAULTS.get(name, 0)))


Need = Callable[[Asked], str]
"""Why the server refuses the setting; empty where it doesn't."""


def _nsup(asked: Asked) -> str:
    return "" if asked.value == 0 else _expires(asked)


def _set_nsup(asked: Asked) -> str:
    """For a set 0 is refused, too: only records that never expire need no expiry."""
    return "" if asked.value == NEVER else _expires(asked)


def _expires(asked: Asked) -> str:
    if asked.of_namespace("nsup-period") or is_true(asked.of_namespace("allow-ttl-without-nsup")):
        return ""
    return "nsup-period of the namespace is 0 and allow-ttl-without-nsup is not true"


def _set_ttl(asked: Asked) -> str:
    if asked.value > MAX_TTL_SECONDS and asked.value != NEVER:
        return "it takes ten years at most"
    return ""


def _heartbeat(asked: Asked) -> str:
    interval, timeout, connect = (
        asked.of_network(f"heartbeat.{key}") for key in ("interval", "timeout", "connect-timeout-ms")
    )
    most = unsigned(interval * timeout, 32) // 3
    if connect > most:
        return f"connect-timeout-ms is {connect}, and interval {interval} with timeout {timeout} allows {most}"
    return ""


def _pools(asked: Asked) -> str:
    pools = asked.of_network("fabric.channel-rw-recv-pools")
    return f"it takes multiples of fabric.channel-rw-recv-pools, {pools}" if asked.value % pools else ""


def _mtu(asked: Asked) -> str:
    """0 goes back to what the interface has; a number is shown with its sign."""
    asked.shown = asked.value if asked.value else "what the interface has"
    return ""


def _protocol(asked: Asked) -> str:
    """``reset`` is an order: the protocol stays what it is."""
    if asked.value == "reset":
        now = asked.server.network.get("heartbeat.protocol", DEFAULTS["heartbeat.protocol"])
        asked.value = asked.shown = now
        return "the heartbeat is off" if now == "none" else ""
    return ""


def _size(asked: Asked) -> str:
    nodes = asked.server.nodes
    return f"the cluster has {nodes} nodes" if nodes and asked.value > nodes else ""


def _no_benchmarks(asked: Asked) -> str:
    on = [name for name in FABRIC_BENCHMARKS if is_true(asked.server.service.get(name))]
    for namespace in asked.server.namespaces.values():
        on += [name for name in BENCHMARKS if is_true(namespace.values.get(name))]
    return f"{on[0]} is on" if on else ""


FABRIC_BENCHMARKS = ("enable-benchmarks-fabric",)
BENCHMARKS = tuple(f"enable-benchmarks-{kind}" for kind in ("read", "write", "udf", "batch-sub", "udf-sub", "ops-sub"))
"""Source: cfg_info.c, any_benchmarks_enabled."""


def _vault(asked: Asked) -> str:
    return "" if asked.server.service.get("vault-url") else "no vault is configured"


def _short_name(asked: Asked) -> str:
    return "" if 0 < len(asked.value.encode()) < 64 else "a cluster name has 1 to 63 bytes"


def _not_zero(asked: Asked) -> str:
    return "" if asked.value else "0 is not taken"


def _available(asked: Asked) -> str:
    return "the namespace is strongly consistent" if asked.namespace.is_consistent else ""


def _consistent(asked: Asked) -> str:
    return "" if asked.namespace.is_consistent else "the namespace is not strongly consistent"


def _on_device(asked: Asked) -> str:
    kind = asked.namespace.storage
    return "" if kind == "device" else f"the storage engine is {kind}, not device"


def _flushes(asked: Asked) -> str:
    namespace = asked.namespace
    if namespace.storage == "pmem":
        return "the storage engine is pmem"
    if namespace.storage == "memory" and not namespace.is_backed:
        return "the storage engine is memory without a device or file behind it"
    return ""


def _devices(asked: Asked) -> str:
    asked.value = min(asked.value, asked.namespace.devices)
    return ""


def _on_mounts(kind: str, name: str) -> str:
    return "" if kind in ("flash", "pmem") else f"the {name} is in memory"


def _index_on_mounts(asked: Asked) -> str:
    return _on_mounts(asked.namespace.index, "index")


def _sindex_on_mounts(asked: Asked) -> str:
    return _on_mounts(asked.namespace.sindex, "secondary index")


def _index_room(asked: Asked) -> str:
    least = 4 if asked.namespace.index == "flash" else 1
    return "" if asked.value >= least << 30 else f"it takes {least} GiB or more"


def _half_memory(asked: Asked) -> str:
    now = asked.of_namespace("memory-size")
    return f"it takes half of {now} or more" if now and asked.value < now // 2 else ""


def _record_fits(asked: Asked) -> str:
    most = {"memory": 128 << 20, "pmem": 8 << 20}.get(asked.namespace.storage)
    most = most or int(asked.of_namespace("write-block-size") or 1 << 20)
    return f"it takes {most} at most" if asked.value > most else ""


NEEDS: Mapping[str, Need] = {
    "available": _available,
    "consistent": _consistent,
    "devices": _devices,
    "flushes": _flushes,
    "half-memory": _half_memory,
    "heartbeat": _heartbeat,
    "index-on-mounts": _index_on_mounts,
    "index-room": _index_room,
    "mtu": _mtu,
    "no-benchmarks": _no_benchmarks,
    "not-zero": _not_zero,
    "nsup": _nsup,
    "on-device": _on_device,
    "pools": _pools,
    "protocol": _protocol,
    "record-fits": _record_fits,
    "set-nsup": _set_nsup,
    "set-ttl": _set_ttl,
    "short-name": _short_name,
    "sindex-on-mounts": _sindex_on_mounts,
    "size": _size,
    "vault": _vault,
}
"""Name of a condition in ``live_settings`` → the condition."""

_HEARTBEAT = ("heartbeat.interval", "heartbeat.timeout", "heartbeat.connect-timeout-ms")
_EXPIRY = ("nsup-period", "allow-ttl-without-nsup")
READ_BY: Mapping[str, tuple[str, ...]] = {
    "heartbeat": _HEARTBEAT,
    "no-benchmarks": (*FABRIC_BENCHMARKS, *BENCHMARKS),
    "nsup": _EXPIRY,
    "protocol": ("heartbeat.protocol",),
    "set-nsup": _EXPIRY,
}
"""Condition → the settings it looks at that can change live: their order decides."""
