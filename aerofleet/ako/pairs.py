"""Racks and namespaces that stay: what is compared with what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, namespaces


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


def config_path_of(new: Cluster, before: Rack, rack: Rack, key: str) -> str:
    """Where a person wrote (or used to write) the parameter ``key``, a path with ``{name}`` for entries of lists: in
    the rack's own configuration or in the cluster's.
    """
    names = _NAME.findall(key)
    if any(_holds(each.own.get("aerospikeConfig"), names) for each in (rack, before)):
        return f"spec.rackConfig.racks[{rack.position}].aerospikeConfig.{key}"
    return f"spec.aerospikeConfig.{key}"


_NAME = re.compile(r"\{[^}]*\}|[^.]+")


def _holds(config: Any, names: list[str]) -> bool:
    for name in names:
        if isinstance(config, list):
            config = next(
                (each for each in config if isinstance(each, dict) and f"{{{each.get('name')}}}" == name), None
            )
        elif isinstance(config, dict):
            config = config.get(name)
        else:
            return False
    return config is not None


Where = Callable[[str], str]
"""From a key within a namespace to where a person wrote it."""


def namespace_pairs(old: Cluster, new: Cluster) -> Iterator[tuple[Where, str, Config, Config]]:
    """(where, name, before, after) of each namespace that stays and is not the same."""
    for before, rack in paired(old, new):
        known = {name: namespace for _, name, namespace in namespaces(before.config)}
        for _, name, namespace in namespaces(rack.config):
            if name in known and known[name] != namespace:
                yield partial(_written_at, new, before, rack, name), name, known[name], namespace


def _written_at(new: Cluster, before: Rack, rack: Rack, name: str, key: str) -> str:
    return config_path_of(new, before, rack, f"namespaces.{{{name}}}.{key}")
