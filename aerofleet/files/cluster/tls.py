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
    plain_ports: Flag = Field(
        False, description="plain ports beside those with TLS: the step between a cluster without TLS and one with it"
    )

    @property
    def serves_plain_text(self) -> bool:
        """Whether the servers have plain ports."""
        return self.plain_ports or not self.tls

    @property
    def serves_both(self) -> bool:
        """Whether the servers have plain ports beside those with TLS."""
        return self.tls and self.plain_ports

    reserved: ClassVar[tuple[Reserved, ...]] = (
        Reserved("network.*", "tls-port", GENERATED),
        Reserved("network.*", "tls-name", f"{GENERATED}, and `security.tls` turns TLS on and off"),
        Reserved("network", "tls", "write `security: {tls: true}`; certificate and key come from the cluster's Secret"),
    )
