"""The layers of settings of a cluster, and their merge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aerofleet.files.addresses import SERVER_VERSION
from aerofleet.settings.ahead import channel_ahead
from aerofleet.settings.merge import Layer, Merged, is_named_list, merge_layers
from aerofleet.settings.overlay import without_overlay
from aerofleet.settings.source import CellSource, ClusterDefinition
from aerofleet.settings.tiers import TIER_LAYER, TierRevision

TEAM = "team"
DEFAULTS = "namespaceDefaults"
SPREAD = {DEFAULTS: "namespaces"}
"""Setting → the setting that its values are defaults of."""


def layers_of(source: CellSource, chain: Sequence[TierRevision], cluster: ClusterDefinition) -> list[Layer]:
    """Return the layers of a cluster, the lowest first: tiers, cell, cluster, and the
    server version of a cluster that is ahead of its channel.

    A tier's settings for some servers only are among them if the cluster has such a server.
    """
    locate = cluster.document.locate
    above = [*cell_layer(source), Layer(TEAM, cluster.file.settings, lambda path: locate((*cluster.place, *path)))]
    for_any_server = [*(layer for revision in chain for layer in revision.layers("")), *above]
    ahead = channel_ahead(source, for_any_server, cluster)
    above, version = [*above, *ahead], version_of(source, [*for_any_server, *ahead])
    return [*(layer for revision in chain for layer in revision.layers(version)), *above]


def version_of(source: CellSource, layers: Sequence[Layer]) -> str:
    """Return the server version of the channel in ``layers``; empty if it is unknown."""
    channel = next((layer.data["channel"] for layer in reversed(layers) if layer.data.get("channel")), "")
    version = source.server_version(channel) if isinstance(channel, str) else ""
    return version if SERVER_VERSION.fullmatch(version) else ""


def is_of_tier(layer: Layer) -> bool:
    return layer.name.startswith(TIER_LAYER)


def cell_layer(source: CellSource) -> list[Layer]:
    if source.cell is None or not source.cell.file.defaults:
        return []
    locate = source.cell.document.locate
    return [Layer("cell", source.cell.file.defaults, lambda path: locate(("defaults", *path)))]


def own_namespace(cluster: ClusterDefinition) -> Layer:
    """Return the layer for a cluster that names no namespace: one namespace with the name of the cluster."""
    data = {"namespaces": [{"name": cluster.name}]}
    return Layer("name of the cluster", data, lambda _: cluster.document.locate(cluster.place))


def merged_settings(layers: Sequence[Layer], own: Layer) -> Merged:
    """Merge the layers. Every namespace begins with the namespace defaults; without any namespace ``own`` adds one.
    Overlays are left out: `read_overlays` reads them.
    """
    layers = [without_overlay(layer) for layer in layers]
    defaults = merge_layers(layer.part(DEFAULTS) for layer in layers)
    merged = merge_layers(layers, {("namespaces",): defaults})
    listed = merged.data.get("namespaces")
    if not listed and not isinstance(listed, Mapping):
        merged.merge_over(own)
    elif isinstance(listed, list) and not is_named_list(listed):
        # An entry without a name can't be merged. With the defaults, its name is the only missing setting to report.
        merged.data["namespaces"] = [begun(merged, index, entry) for index, entry in enumerate(listed)]
    if isinstance(merged.data.get(DEFAULTS), Mapping):
        del merged.data[DEFAULTS]
    return merged


def begun(merged: Merged, index: int, entry: object) -> object:
    if not isinstance(entry, Mapping):
        return entry
    path = ("namespaces", index)
    beginning = merged.begin(path)
    for key in entry:
        merged.forget((*path, key), beginning)
    return {**beginning, **entry}
