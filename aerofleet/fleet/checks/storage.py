"""Find storage settings that the kind of storage does not use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aerofleet.files.choices import StorageKind
from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.checks.definitions import Definitions, in_cluster
from aerofleet.settings.layers import DEFAULTS
from aerofleet.settings.merge import Path, is_named_list

OF_OTHER_STORAGE = {StorageKind.DEVICE: "dataSize", StorageKind.MEMORY: "devices"}
"""Kind of storage → the setting that only the other kind uses."""


@rule(
    "storage-unused",
    scope="cell",
    severity="error",
    source="Aerospike configuration schemas, 6.0 to 8.2: storage-engine",
)
def storage_unused(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A namespace has a setting that only the other kind of storage uses: the owner believes that it applies.

    A tier may have both settings, for clusters that choose.
    """
    for cluster, settings in definitions.clusters():
        storages = {namespace.name: namespace.storage for namespace in settings.namespaces}
        listed = cluster.file.settings.get("namespaces")
        named = enumerate(listed) if is_named_list(listed) else ()
        entries: list[tuple[Path, Mapping[str, Any], StorageKind | None]]
        entries = [(("namespaces", index), entry, storages.get(entry["name"])) for index, entry in named]
        defaults = cluster.file.settings.get(DEFAULTS)
        if isinstance(defaults, Mapping) and len(set(storages.values())) == 1:
            entries.append(((DEFAULTS,), defaults, next(iter(storages.values()))))
        for path, entry, storage in entries:
            setting = OF_OTHER_STORAGE.get(storage) if storage else None
            if storage and setting and entry.get(setting) is not None:
                message = f"{setting} has no effect: the namespace has storage: {storage.value}"
                remedy = f"take {setting} out, or choose the other storage"
                yield in_cluster(cluster, (*path, setting), message, remedy)


RULES = rules_in(globals())
