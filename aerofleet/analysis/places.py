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
from aerofleet.settings.spec_place import setting_of


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
        location = overlaid.location(path) if overlaid else None
        locate = origin_locator(merged, self.definitions[key])
        return location or locate(setting_of(path, written["spec"], merged.data))
