"""Whether a cluster's pods hold what their settings let the server take."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.finding import Finding
from aerofleet.model.checks.finding import SettingsOf, finding
from aerofleet.model.source import CellSource


def pod_memory(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Of clusters with a size of their own; an automatic one is told with its size."""
    if source.cell is None:
        return
    from aerofleet.model.auto_size import lacks_for_settings

    for cluster in source.clusters:
        each = settings.get(cluster.key)
        if each is None or each.size == "auto":
            continue
        version = source.cell.file.server.channels.get(each.channel, each.channel)
        for message in lacks_for_settings(each, version):
            yield finding("pod-memory", cluster.document, cluster.place, message, "more memory, or smaller settings")
