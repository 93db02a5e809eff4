"""CPU and memory of a pod."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from aerofleet.files.cluster.marks import Makes
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import Bytes, Millicores


class ResourceSettings(FileModel):
    cpu: Millicores = Field(description="cores of the server in one pod, requested and limit")
    memory: Bytes = Field(description="of the server in one pod, requested and limit")


class PodResourceSettings(FileModel):
    resources: Annotated[ResourceSettings, Makes("podSpec")] = Field(description="of one pod")
