"""Log sinks of a cluster."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from aerofleet.files.cluster.marks import FreeMap
from aerofleet.files.file_model import FileModel


class LoggingSettings(FileModel):
    logging: Annotated[tuple[dict[str, Any], ...], FreeMap("logging")] = Field(
        (), description="log sinks, in the operator's form"
    )
