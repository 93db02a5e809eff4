"""The lines of the definitions that decide a field of a rendered cluster."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from aerofleet.analysis.overlay import overlaid_clusters
from aerofleet.findings import Location
from aerofleet.fleet.resolve import Resolution, origin_locator
from aerofleet.manifests.overlay import Overlaid
from aerofleet.settings.source import ClusterDefinition
from aerofleet.settings.spec_place import at, setting_of
from aerofleet.units.field_path import Key, dotted, parsed


class ClusterPlaces:
    """The places of all clusters of a cell without mistakes."""

    def __init__(self, resolution: Resolution) -> None:
        self.resolution = resolution
        source = resolution.source
        self.definitions: dict[str, ClusterDefinition] = {
            definition.key: definition for definition in (source.clusters if source else ())
        }

    @cached_property
    def _overlaid(self) -> Mapping[str, Overlaid]:
        return overlaid_clusters(self.resolution)

    def location(self, key: str, written: Mapping[str, Any], path: str) -> Location | None:
        """Return the place of the field ``path`` (``spec.size``) of the cluster ``key`` (TEAM/CLUSTER): the line of an
        overlay that writes it, else of the setting that makes it; None for a cluster that other code has made of
        definitions with another form. ``written``: the AerospikeCluster.
        """
        if key not in self.resolution.settings:
            return None
        merged, overlaid = self.resolution.settings[key].merged, self._overlaid.get(key)
        path = _by_position(path, written)
        location = overlaid.location(path) if overlaid else None
        locate = origin_locator(merged, self.definitions[key])
        return location or locate(setting_of(path, written["spec"], merged.data))


def _by_position(path: str, written: Mapping[str, Any]) -> str:
    """Return the path with the position of each entry that it names: ``users.{cart}.roles`` → ``users[2].roles``."""
    if "{" not in path:
        return path
    keys: list[Key] = []
    for key in parsed(path):
        entries = at(written, keys) if isinstance(key, str) and key.startswith("{") else None
        names = [at(one, ("name",)) for one in entries] if isinstance(entries, list) else []
        keys.append(names.index(str(key)[1:-1]) if str(key)[1:-1] in names else key)
    return dotted(keys)
