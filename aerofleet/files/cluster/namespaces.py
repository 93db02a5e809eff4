"""Namespaces of a cluster."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from aerofleet.files.cluster.marks import FreeMap, Makes
from aerofleet.files.cluster.sets import NamespaceSetSettings
from aerofleet.files.cluster.storage import NamespaceStorageSettings
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import Bytes, Flag, Seconds, Whole

NAMESPACE = "aerospikeConfig.namespaces[]"


class NamespaceOwnSettings(FileModel):
    """What a namespace is and how much memory it may use; without its storage and its sets."""

    name: Annotated[str, Makes(f"{NAMESPACE}.name")] = Field(max_length=31, description="of the namespace")
    replication_factor: Annotated[Whole, Makes(f"{NAMESPACE}.replication-factor")] = Field(
        ge=1, le=256, description="copies of each record"
    )
    strong_consistency: Annotated[Flag, Makes(f"{NAMESPACE}.strong-consistency")] = Field(
        description="never wrong, at the price of being unavailable sooner; it can never be changed"
    )
    indexes_memory_budget: Annotated[
        Bytes,
        Makes(f"{NAMESPACE}.indexes-memory-budget"),
        Makes(
            f"{NAMESPACE}.memory-size",
            "write `indexesMemoryBudget` and, with storage in memory, `dataSize` instead: it is both",
        ),
    ] = Field(description="memory for all indexes; writes stop when it is reached")
    default_ttl: Annotated[Seconds, Makes(f"{NAMESPACE}.default-ttl")] = Field(
        description="after which a record expires; 0 = never"
    )
    config: Annotated[dict[str, Any], FreeMap("namespaces[]")] = Field(
        default_factory=dict, description="further parameters of the namespace"
    )


# pydantic shows the fields of the last base first.
class NamespaceSettings(NamespaceSetSettings, NamespaceStorageSettings, NamespaceOwnSettings):
    """All settings of one namespace."""


class NamespacesSettings(FileModel):
    namespace_defaults: dict[str, Any] = Field(default_factory=dict, description="for every namespace of the cluster")
    namespaces: Annotated[tuple[NamespaceSettings, ...], Makes("aerospikeConfig.namespaces"), Makes("storage")] = Field(
        min_length=1, max_length=32, description="namespaces; a cluster that names none has one of its own name"
    )
