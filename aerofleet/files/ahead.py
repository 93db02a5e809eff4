"""`ahead` in cell.yaml: clusters that get a revision or a server version before the others."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from aerofleet.files.addresses import ServerVersion
from aerofleet.files.file_model import FileModel


class Ahead(FileModel):
    """Either ``tier``, or ``channel`` and ``version``. It ends when the others follow: `current` of the tier, or the
    version of the channel, is moved, and the entry removed.
    """

    clusters: tuple[str, ...] = Field(min_length=1, description="TEAM/CLUSTER that are ahead of the others")
    tier: str = Field("", description="revision for those of them that follow the tier without a number: gold@3")
    channel: str = Field("", description="for those of them that follow this server channel")
    version: ServerVersion | None = Field(
        None, description="the server version that they have instead of the channel's"
    )

    @model_validator(mode="after")
    def moves_one_thing(self) -> Self:
        if bool(self.tier) == bool(self.channel) or bool(self.channel) != bool(self.version):
            raise ValueError("needs tier, or channel and version")
        if self.tier and not self.tier.partition("@")[2]:
            raise ValueError(f"tier: {self.tier} names no revision; it is written like {self.tier}@3")
        return self
