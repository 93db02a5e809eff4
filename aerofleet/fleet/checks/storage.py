"""Find storage settings that the kind of storage does not use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aerofleet.files.choices import StorageKind
from aerofleet.findings import Finding
from aerofleet.fleet.checks.finding import SettingsOf, finding
from aerofleet.settings.layers import DEFAULTS
from aerofleet.settings.merge import Path, is_named_list
from aerofleet.settings.source import CellSource

OF_OTHER_STORAGE = {StorageKind.DEVICE: "dataSize", StorageKind.MEMORY: "devices"}
"""Kind of storage → the setting that only the other kind uses."""


def storage_settings(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find settings of a cluster for the other kind of storage: the owner believes that they apply.

    A tier may have both, for clusters that choose.
    """
    for cluster in source.clusters:
        resolved = settings.get(cluster.key)
        storages = {namespace.name: namespace.storage for namespace in resolved.namespaces} if resolved else {}
        listed = cluster.file.settings.get("namespaces")
        named = enumerate(listed) if is_named_list(listed) else ()
        entries: list[tuple[Path, Mapping[str, Any], StorageKind | None]]
        entries = [(("namespaces", index), entry, storages.get(entry["name"])) for index, entry in named]
        defaults = cluster.file.settings.get(DEFAULTS)
        if isinstance(defaults, Mapping) and len(set(storages.values())) == 1:
            entries.append(((DEFAULTS,), defaults, next(iter(storages.values()))))
        for place, entry, storage in entries:
            setting = OF_OTHER_STORAGE.get(storage) if storage else None
            if storage and setting and entry.get(setting) is not None:
                message = f"{setting} has no effect: the namespace has storage: {storage.value}"
                hint = f"take {setting} out, or choose the other storage"
                yield finding("storage-unused", cluster.document, (*cluster.place, *place, setting), message, hint)
