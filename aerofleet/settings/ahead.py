"""The clusters of a cell that are ahead of the others: at a newer revision of their tier, or a newer server version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aerofleet.files.ahead import Ahead
from aerofleet.findings import Location
from aerofleet.settings.merge import Layer, Path
from aerofleet.settings.source import CellSource, ClusterDefinition

CHANNEL = "channel"
AHEAD_LAYER = "cell, ahead of its channel"


def entries_for(source: CellSource, cluster: ClusterDefinition) -> Iterator[tuple[int, Ahead]]:
    """Yield (position, entry) of every entry of `ahead` that names the cluster."""
    for index, entry in enumerate(source.cell.file.ahead if source.cell else ()):
        if cluster.key in entry.clusters:
            yield index, entry


def with_tiers_ahead(source: CellSource) -> list[ClusterDefinition]:
    """Return the clusters of the cell; one that follows a tier and is ahead has the revision of its first entry."""
    return [_with_tier(source, cluster) for cluster in source.clusters]


def _with_tier(source: CellSource, cluster: ClusterDefinition) -> ClusterDefinition:
    for _, entry in entries_for(source, cluster):
        if entry.tier.partition("@")[0] == cluster.file.tier and source.tiers.find(entry.tier) is not None:
            return replace(cluster, file=cluster.file.model_copy(update={"tier": entry.tier}))
    return cluster


def channel_ahead(source: CellSource, layers: Sequence[Layer], cluster: ClusterDefinition) -> list[Layer]:
    """Return a layer with the server version of a cluster that is ahead of its channel; none for any other."""
    channel = next((layer.data[CHANNEL] for layer in reversed(layers) if layer.data.get(CHANNEL)), "")
    for index, entry in entries_for(source, cluster):
        if entry.channel and entry.channel == channel:
            return [_layer(source, index, entry)]
    return []


def _layer(source: CellSource, index: int, entry: Ahead) -> Layer:
    assert source.cell is not None  # noqa: S101 - the entry is its
    document = source.cell.document

    def locate(path: Path) -> Location:
        return document.locate(("ahead", index, "version"))

    return Layer(AHEAD_LAYER, {CHANNEL: entry.version}, locate)
