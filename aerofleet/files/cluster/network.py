"""Further parameters of the network context of a cluster."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from aerofleet.files.cluster.marks import FreeMap, Reserved
from aerofleet.files.file_model import FileModel

CONTEXTS = ("service", "heartbeat", "fabric", "admin")
"""Contexts of the network that a cluster of the platform has, with a port of its own each."""


class NetworkSettings(FileModel):
    network: Annotated[dict[str, Any], FreeMap("network", CONTEXTS)] = Field(
        default_factory=dict, description="further parameters of the network context"
    )

    reserved: ClassVar[tuple[Reserved, ...]] = (
        Reserved("network.*", "port", "`aerofleet generate` writes it to allocations.yaml"),
    )
