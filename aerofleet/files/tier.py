"""`templates/tiers/<tier>.yaml` of a project, `aerofleet/tiers/<tier>.yaml` of the product: a named standard with
revisions.
"""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, model_validator

from aerofleet.files.addresses import ServerRelease
from aerofleet.files.definition_file import DefinitionFile
from aerofleet.files.file_model import FileModel
from aerofleet.units.version import Range, numbers


class SettingsForServers(FileModel):
    """Settings for some server versions only. They override the other settings of their revision."""

    since: ServerRelease = Field("", description="the first server release they are for: 7.1; any when left out")
    before: ServerRelease = Field(
        "", description="the first server release they are not for any more; none when left out"
    )
    settings: dict[str, Any] = Field(description="of every cluster of the tier with such a server")

    @model_validator(mode="after")
    def is_for_some_servers(self) -> Self:
        if not (self.since or self.before):
            raise ValueError("needs since or before; what holds for every server belongs in settings of the revision")
        if self.since and self.before and numbers(self.since) >= numbers(self.before):
            raise ValueError(f"is for no server: since {self.since} is not below before {self.before}")
        if "channel" in self.settings:
            raise ValueError("channel decides the server's version, so it can't follow from it")
        return self

    @property
    def servers(self) -> Range:
        return Range(self.since, self.before)


class Revision(FileModel):
    """One revision. ``extends`` names a revision of another tier, whose settings these override."""

    extends: str = Field("", description="a tier at a revision: silver@2, aerofleet/silver@2")
    description: str = Field("", description="for people")
    settings: dict[str, Any] = Field(default_factory=dict, description="of every cluster of the tier")
    for_servers: tuple[SettingsForServers, ...] = Field((), description="settings for some server versions only")


class TierFile(DefinitionFile):
    tier: str = Field(description="its name: that of its file")
    current: str = Field("", description="the revision of clusters that name none; the highest when left out")
    revisions: dict[str, Revision] = Field(min_length=1, description="number → settings; the highest is the newest")
