"""The metrics sidecar of a cluster."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from aerofleet.files.cluster.marks import Makes
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import Bytes, Millicores


class ExporterSettings(FileModel):
    image: str = Field(description="pinned by tag")
    cpu: Millicores = Field(description="requested and limit")
    memory: Bytes = Field(description="requested and limit")
    job: str = Field("", description="the label `job` of its series; each PodMonitor has its own when left out")


class MetricsSettings(FileModel):
    exporter: Annotated[ExporterSettings | None, Makes("podSpec.sidecars")] = Field(
        None, description="metrics sidecar; null for none"
    )
