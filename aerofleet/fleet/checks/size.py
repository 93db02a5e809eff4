"""Check that the memory of a cluster's pods covers the limits in their settings."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.findings import Finding
from aerofleet.fleet.checks.finding import SettingsOf, finding
from aerofleet.settings.source import CellSource


def pod_memory(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find clusters whose pods have less memory than their settings allow the server.

    Clusters with `size: auto` are left out: the computation of the size reports the same.
    """
    if source.cell is None:
        return
    from aerofleet.fleet.auto_size import lacks_for_settings

    for cluster in source.clusters:
        resolved = settings.get(cluster.key)
        if resolved is None or resolved.size == "auto":
            continue
        version = source.server_version(resolved.channel)
        for message in lacks_for_settings(resolved, version):
            yield finding("pod-memory", cluster.document, cluster.place, message, "more memory, or smaller settings")
