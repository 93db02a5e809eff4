"""Every parameter of every server version from 4.9.0 on: type, default, bounds, choices, and whether it can be set
live.

The table (`data/parameters.json`) is derived from the server's public configuration schemas by
`tools/derive/parameters.py`. A node is a dict with the schema's own keys; children are indexes into ``nodes()``.

What the server takes (``root``: the newest edition of its schema) is kept apart from what operator releases admit
(``embedded_root``: the edition that they embed).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from aerofleet.units.version import numbers, shortened

Node = dict[str, Any]

RENAMED: dict[str, str] = {
    "namespaces.memory-size": "storage-engine.data-size (memory) or indexes-memory-budget (since 7.0)",
    "namespaces.high-water-memory-pct": "namespaces.evict-sys-memory-pct (since 7.0)",
    "namespaces.high-water-disk-pct": "namespaces.storage-engine.evict-used-pct (since 7.0)",
    "namespaces.stop-writes-pct": "namespaces.stop-writes-sys-memory-pct (since 7.0)",
    "namespaces.storage-engine.data-in-memory": "storage-engine type memory with devices or files (since 7.0)",
    "namespaces.storage-engine.min-avail-pct": "namespaces.storage-engine.stop-writes-avail-pct (since 7.0)",
    "namespaces.storage-engine.max-used-pct": "namespaces.storage-engine.stop-writes-used-pct (since 7.0)",
    "namespaces.index-type.mounts-size-limit": "namespaces.index-type.mounts-budget (since 7.0)",
    "namespaces.index-type.mounts-high-water-pct": "namespaces.index-type.evict-mounts-pct (since 7.0)",
    "namespaces.sindex-type.mounts-size-limit": "namespaces.sindex-type.mounts-budget (since 7.0)",
    "namespaces.storage-engine.write-block-size": "namespaces.storage-engine.flush-size (since 7.1)",
    "namespaces.storage-engine.post-write-queue": "namespaces.storage-engine.post-write-cache (since 7.1)",
    "namespaces.evict-sys-memory-pct": "namespaces.evict-indexes-memory-pct (since 7.1)",
    "namespaces.sets.set-disable-eviction": "namespaces.sets.disable-eviction (since 5.6)",
    "namespaces.sets.set-stop-writes-count": "namespaces.sets.stop-writes-count (since 5.6)",
    "service.scan-threads-limit": "service.query-threads-limit (since 6.0)",
    "service.scan-max-done": "service.query-max-done (since 6.0)",
    "service.background-scan-max-rps": "namespaces.background-query-max-rps (since 6.0)",
    "security.syslog": "a logging sink of the name syslog (since 6.3)",
    "network.info": "network.admin (since 8.1)",
    "xdr.datacenters": "xdr.dcs (since 5.0)",
}
"""Old path → what took its place. Source: the server's own messages for obsolete names (cfg.c, 8.1)."""

_SECONDS = frozenset(
    [
        "default-ttl",
        "tomb-raider-eligible-age",
        "tomb-raider-period",
        "nsup-period",
        "migrate-fill-delay",
        "tls-refresh-period",
        "ship-versions-interval",
        "mrt-duration",
        "ticker-interval",
        "hist-track-back",
        "hist-track-slice",
        "session-ttl",
        "privilege-refresh-period",
        "polling-period",
        "nsup-hist-period",
    ]
)
_BYTES = frozenset(
    [
        "memory-size",
        "filesize",
        "write-block-size",
        "max-write-cache",
        "mounts-size-limit",
        "index-stage-size",
        "sindex-stage-size",
        "mounts-budget",
        "data-size",
        "flush-size",
        "post-write-cache",
        "indexes-memory-budget",
        "max-record-size",
        "stop-writes-size",
        "query-bufpool-size",
        "commit-min-size",
    ]
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting of one server version. ``since`` and ``until`` are the first and last version with data that have it;
    ``until`` is empty where the newest still does. ``required``: its context can't do without it."""

    path: str
    type: str
    default: Any
    minimum: float | None
    maximum: float | None
    enum: tuple[Any, ...]
    unit: str
    dynamic: bool
    enterprise_only: bool
    required: bool
    since: str
    until: str
    renamed_to: str


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads((files("aerofleet.aerospike") / "data/parameters.json").read_bytes())
    return table


def nodes() -> list[Node]:
    listed: list[Node] = _table()["nodes"]
    return listed


@lru_cache(maxsize=1)
def versions() -> tuple[str, ...]:
    """Return the versions with data, the oldest first."""
    return tuple(_table()["versions"])


def has_schema(version: str) -> bool:
    """Return whether there is data for exactly the first three numbers of ``version``."""
    return shortened(version, 3) in _table()["versions"]


@lru_cache(maxsize=256)
def data_version(version: str) -> str:
    """Return the version whose data is used: ``version``, or the nearest older one. Raises KeyError below 4.9.0."""
    short = shortened(version, 3)
    if short in _table()["versions"]:
        return short
    older = [known for known in versions() if numbers(known) <= numbers(short)]
    if not older:
        raise KeyError(version)
    return older[-1]


def root(version: str) -> int:
    """Return the index of the root node of ``version``. Raises KeyError where there is no data for exactly it."""
    index: int = _table()["versions"][shortened(version, 3)]
    return index


def embedded_root(version: str) -> int:
    """Return the index of the root node of the edition that operator releases embed: an earlier one for some versions.
    Raises KeyError where there is no data for exactly ``version``.
    """
    index: int = _table()["embedded"].get(shortened(version, 3), root(version))
    return index


@lru_cache(maxsize=16384)
def nodes_at(version: str, path: str) -> tuple[Node, ...]:
    """Every node that a path leads to: several where a context has variants. Names of list entries are left out of the
    path (``namespaces.sets.disable-eviction``)."""
    level = [nodes()[root(version)]]
    for key in path.split("."):
        level = [child for node in level for child in _children(node, key)]
    return tuple(level)


def _children(node: Node, key: str) -> Iterator[Node]:
    table = nodes()
    if key in node.get("properties", ()):
        yield from variants(table[node["properties"][key]])
    for choice in ("oneOf", "anyOf"):
        for index in node.get(choice, ()):
            yield from _children(table[index], key)
    if "items" in node:
        yield from _children(table[node["items"]], key)


def variants(node: Node) -> Iterator[Node]:
    """Return the node itself, or its alternatives where it is only a choice of them."""
    if "type" in node or not ("oneOf" in node or "anyOf" in node):
        yield node
        return
    for index in (*node.get("oneOf", ()), *node.get("anyOf", ())):
        yield from variants(nodes()[index])


@lru_cache(maxsize=8192)
def parameter(version: str, path: str) -> Parameter | None:
    """Return the parameter at ``path`` (without names of list entries), or None; dynamic where a variant of it is."""
    short = data_version(version)
    variants = nodes_at(short, path)
    if not variants:
        return None
    having = [known for known in versions() if nodes_at(known, path)]
    first = variants[0]
    parent, _, key = path.rpartition(".")
    parents = nodes_at(short, parent) if parent else (nodes()[root(short)],)
    return Parameter(
        path=path,
        type="|".join(dict.fromkeys(str(node.get("type", "any")) for node in variants)),
        default=next((node["default"] for node in variants if "default" in node), None),
        minimum=min((node["minimum"] for node in variants if "minimum" in node), default=None),
        maximum=max((node["maximum"] for node in variants if "maximum" in node), default=None),
        enum=tuple(first.get("enum", ())),
        unit=unit_of(key),
        dynamic=any(node.get("dynamic", False) for node in variants),
        enterprise_only=all(node.get("enterpriseOnly", False) for node in variants),
        required=any(key in node.get("required", ()) for node in parents),
        since=having[0],
        until="" if having[-1] == versions()[-1] else having[-1],
        renamed_to=RENAMED.get(path, ""),
    )


def unit_of(key: str) -> str:
    """Return the unit of a parameter's number, from its name; empty for plain counts."""
    if key in _BYTES:
        return "bytes"
    if key in _SECONDS:
        return "seconds"
    for ending, unit in (("-ms", "milliseconds"), ("-pct", "percent"), ("-threads", "threads"), ("-port", "port")):
        if key.endswith(ending):
            return unit
    return ""


def names_in(version: str, path: str) -> tuple[str, ...]:
    """Return every key that the context at ``path`` can have; the root's for an empty path."""
    short = data_version(version)
    contexts = nodes_at(short, path) if path else (nodes()[root(short)],)
    return tuple(dict.fromkeys(name for node in contexts for name in _names(node)))


@lru_cache(maxsize=1024)
def known_names(version: str, path: str) -> frozenset[str]:
    """Return the keys that the context at ``path`` can have; for a server older than all data, those of the oldest
    version with data.
    """
    try:
        return frozenset(names_in(version, path))
    except KeyError:
        return frozenset(names_in(versions()[0], path))


def _names(node: Node) -> Iterator[str]:
    yield from node.get("properties", ())
    for choice in ("oneOf", "anyOf"):
        for index in node.get(choice, ()):
            yield from _names(nodes()[index])
    if "items" in node:
        yield from _names(nodes()[node["items"]])
