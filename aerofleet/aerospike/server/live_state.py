"""A running server, as far as its answers to live settings depend on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Values = dict[str, Any]

DEFAULTS: Mapping[str, Any] = {
    "heartbeat.interval": 150,
    "heartbeat.timeout": 10,
    "heartbeat.connect-timeout-ms": 500,
    "heartbeat.protocol": "v3",
    "fabric.channel-rw-recv-pools": 1,
}
"""Of the settings that others depend on, where 0 or false is not the default. Source: hb.c, fabric.c."""


@dataclass(slots=True)
class Namespace:
    """What the answers for a namespace depend on. ``storage`` is memory, device or pmem; ``is_backed``: memory with
    files or devices behind it. ``devices``: how many devices, files or stripes. ``values`` by short name."""

    storage: str = "memory"
    is_backed: bool = False
    devices: int = 8
    is_consistent: bool = False
    index: str = "shmem"
    sindex: str = "shmem"
    values: Values = field(default_factory=dict)
    sets: dict[str, Values] = field(default_factory=dict)

    def copy(self) -> Namespace:
        sets = {name: dict(values) for name, values in self.sets.items()}
        return replace(self, values=dict(self.values), sets=sets)


@dataclass(slots=True)
class Server:
    """A running server. ``nodes``: the size of its cluster, None where it isn't known."""

    version: str
    nodes: int | None = None
    service: Values = field(default_factory=dict)
    network: Values = field(default_factory=dict)
    namespaces: dict[str, Namespace] = field(default_factory=dict)

    def copy(self) -> Server:
        """One that can be set without a change of this one."""
        namespaces = {name: namespace.copy() for name, namespace in self.namespaces.items()}
        return replace(self, service=dict(self.service), network=dict(self.network), namespaces=namespaces)


@dataclass(frozen=True, slots=True)
class SettingContext:
    """Where a setting belongs. ``context`` is service, network, namespace or set."""

    context: str
    namespace: str = ""
    set: str = ""


def is_true(value: Any) -> bool:
    """A flag of a configuration, or one that was set live."""
    return value is True or value == "true"
