"""Pairs of the racks and namespaces that stay: (before, after)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, namespaces


def paired(old: Cluster, new: Cluster) -> Iterator[tuple[Rack, Rack]]:
    """Yield (before, after) for every rack that stays; racks without settings of their own are one pair."""
    before = {rack.id: rack for rack in old.racks}
    yielded: set[tuple[int, int]] = set()
    for rack in new.racks:
        known = before.get(rack.id) or (old.racks[0] if old.racks else None)
        if known is None:
            continue
        key = (-1, -1) if known.is_shared and rack.is_shared else (known.position, rack.position)
        if key not in yielded:
            yielded.add(key)
            yield known, rack


def config_path_of(new: Cluster, before: Rack, rack: Rack, key: str) -> str:
    """Return the path in the file of the parameter ``key``, which has ``{name}`` for entries of lists.

    It is in the rack's own configuration where the rack has or had the parameter there, else in the cluster's.
    """
    names = _NAME.findall(key)
    if any(_has(side.own.get("aerospikeConfig"), names) for side in (rack, before)):
        return f"spec.rackConfig.racks[{rack.position}].aerospikeConfig.{key}"
    return f"spec.aerospikeConfig.{key}"


_NAME = re.compile(r"\{[^}]*\}|[^.]+")


def _has(config: Any, names: list[str]) -> bool:
    for name in names:
        if isinstance(config, list):
            config = next(
                (entry for entry in config if isinstance(entry, dict) and f"{{{entry.get('name')}}}" == name), None
            )
        elif isinstance(config, dict):
            config = config.get(name)
        else:
            return False
    return config is not None


Where = Callable[[str], str]
"""Function from a key within a namespace to its path in the file."""


def namespace_pairs(old: Cluster, new: Cluster) -> Iterator[tuple[Where, str, Config, Config]]:
    """Yield (where, name, before, after) for every namespace that stays and differs."""
    for before, rack in paired(old, new):
        known = {name: namespace for _, name, namespace in namespaces(before.config)}
        for _, name, namespace in namespaces(rack.config):
            if name in known and known[name] != namespace:
                yield partial(_written_at, new, before, rack, name), name, known[name], namespace


def _written_at(new: Cluster, before: Rack, rack: Rack, name: str, key: str) -> str:
    return config_path_of(new, before, rack, f"namespaces.{{{name}}}.{key}")
