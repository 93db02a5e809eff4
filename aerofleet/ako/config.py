"""Reads an aerospikeConfig that may have any shape: a section that is absent, or of another type, reads as empty.

The rules about shape report that once, so all other rules can be short.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Config = dict[str, Any]
MIN_CLUSTER_SIZE = "min-cluster-size"
"""Parameter of the section service."""

SHMEM = "shmem"
PAIRS = (
    ("service", "network.service"),
    ("admin", "network.admin"),
    ("heartbeat", "network.heartbeat"),
    ("fabric", "network.fabric"),
)
"""Sections of ``network`` that listen on ports, with their path."""


def section(config: Any, *names: str) -> Config:
    """Return the map at ``names``, or an empty one."""
    for name in names:
        config = config.get(name) if isinstance(config, dict) else None
    return config if isinstance(config, dict) else {}


def min_cluster_size(config: Config) -> int:
    """Return the fewest nodes that form a cluster: 1 where ``config`` does not have the setting.

    Source: aerospike-server, as/src/base/cfg.c: cfg_set_defaults.
    """
    value = section(config, "service").get(MIN_CLUSTER_SIZE)
    return value if type(value) is int else 1


def entries(config: Any, *names: str) -> list[Config]:
    """Return the maps in the list at ``names``, or none."""
    parent = section(config, *names[:-1])
    items = parent.get(names[-1])
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def namespaces(config: Any) -> Iterator[tuple[int, str, Config]]:
    """Yield (position, name, settings) for every namespace that has a name."""
    items = config.get("namespaces") if isinstance(config, dict) else None
    for position, namespace in enumerate(items if isinstance(items, list) else ()):
        if isinstance(namespace, dict) and isinstance(namespace.get("name"), str):
            yield position, namespace["name"], namespace


def texts(value: Any) -> list[str]:
    """Return the texts in a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def replication_factor(namespace: Config) -> int:
    """Return the number of copies of each record; the server's default is 2."""
    value = namespace.get("replication-factor", 2)
    return int(value) if isinstance(value, (int, float)) and abs(value) < 1e9 else 2


def is_strongly_consistent(namespace: Config) -> bool:
    return namespace.get("strong-consistency") is True


def storage_type(namespace: Config) -> str:
    kind = section(namespace, "storage-engine").get("type")
    return kind if isinstance(kind, str) else ""


def is_in_memory(namespace: Config) -> bool:
    """Return whether the storage engine is `memory`, with devices or files behind it or without."""
    return storage_type(namespace) == "memory"


def is_purely_in_memory(namespace: Config) -> bool:
    """Return whether the data is in memory only: neither a device nor a file has a copy of it."""
    engine = section(namespace, "storage-engine")
    return is_in_memory(namespace) and not engine.get("devices") and not engine.get("files")


def ignores_devices(namespace: Config) -> bool:
    """Return whether a cold start, as in every new pod, ignores the data on the devices."""
    return section(namespace, "storage-engine").get("cold-start-empty") is True


def storage_lines(engine: Config, key: str) -> list[str]:
    """Return the entries of ``devices`` or ``files`` of a storage engine: a path, or a path and its shadow."""
    return texts(engine.get(key))
