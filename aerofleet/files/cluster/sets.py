"""Sets of a namespace with parameters of their own."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from aerofleet.files.cluster.marks import FreeMap, Makes
from aerofleet.files.file_model import FileModel


class SetSettings(FileModel):
    name: Annotated[str, Makes("aerospikeConfig.namespaces[].sets[].name", "rename the entry of `sets` itself")] = (
        Field(description="of the set")
    )
    config: Annotated[dict[str, Any], FreeMap("namespaces[].sets[]")] = Field(
        default_factory=dict, description="parameters of the set"
    )


class NamespaceSetSettings(FileModel):
    sets: Annotated[tuple[SetSettings, ...], Makes("aerospikeConfig.namespaces[].sets")] = Field(
        (), description="sets with parameters of their own"
    )
