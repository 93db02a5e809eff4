"""TLS of a cluster."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from aerofleet.files.cluster.marks import Reserved
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import Flag

GENERATED = "`aerofleet generate` writes it to allocations.yaml"


class TlsSwitch(FileModel):
    tls: Flag = Field(description="TLS for clients and between nodes")

    @property
    def serves_plain_text(self) -> bool:
        """Whether the servers have plain ports."""
        return not self.tls

    reserved: ClassVar[tuple[Reserved, ...]] = (
        Reserved("network.*", "tls-port", GENERATED),
        Reserved("network.*", "tls-name", f"{GENERATED}, and `security.tls` turns TLS on and off"),
        Reserved("network", "tls", "write `security: {tls: true}`; certificate and key come from the cluster's Secret"),
    )
