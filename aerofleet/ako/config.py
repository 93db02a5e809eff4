"""Reading an aerospikeConfig that may be anything: what isn't there, or isn't what it should be, reads as empty. The
rules about shape say so once; all the others can then be short.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Config = dict[str, Any]

SHMEM = "shmem"
PAIRS = (
    ("service", "network.service"),
    ("admin", "network.admin"),
    ("heartbeat", "network.heartbeat"),
    ("fabric", "network.fabric"),
)
"""Sections of ``network`` that listen on ports, with their path."""


def section(config: Any, *names: str) -> Config:
    """The map at ``names``, or an empty one."""
    for name in names:
        config = config.get(name) if isinstance(config, dict) else None
    return config if isinstance(config, dict) else {}


def entries(config: Any, *names: str) -> list[Config]:
    """The maps of the list at ``names``, or none."""
    parent = section(config, *names[:-1])
    found = parent.get(names[-1])
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def namespaces(config: Any) -> Iterator[tuple[int, str, Config]]:
    """(position, name, settings) of each namespace that has a name."""
    found = config.get("namespaces") if isinstance(config, dict) else None
    for position, namespace in enumerate(found if isinstance(found, list) else ()):
        if isinstance(namespace, dict) and isinstance(namespace.get("name"), str):
            yield position, namespace["name"], namespace


def texts(value: Any) -> list[str]:
    """The texts of a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def replication_factor(namespace: Config) -> int:
    """2 where it is not given: the server's default."""
    value = namespace.get("replication-factor", 2)
    return int(value) if isinstance(value, (int, float)) and abs(value) < 1e9 else 2


def is_strongly_consistent(namespace: Config) -> bool:
    return namespace.get("strong-consistency") is True


def storage_type(namespace: Config) -> str:
    kind = section(namespace, "storage-engine").get("type")
    return kind if isinstance(kind, str) else ""


def is_in_memory(namespace: Config) -> bool:
    """The storage engine `memory`, backed by devices or files or not."""
    return storage_type(namespace) == "memory"


def is_purely_in_memory(namespace: Config) -> bool:
    """No device and no file behind it: a lost process image is a lost copy."""
    engine = section(namespace, "storage-engine")
    return is_in_memory(namespace) and not engine.get("devices") and not engine.get("files")


def ignores_devices(namespace: Config) -> bool:
    """A cold start, as in every new pod, does not read what lies on the devices."""
    return section(namespace, "storage-engine").get("cold-start-empty") is True


def storage_lines(engine: Config, key: str) -> list[str]:
    """Return the entries of ``devices`` or ``files`` of a storage engine: a path, or a path and its shadow."""
    return texts(engine.get(key))
