"""An overlay: a part of an AerospikeCluster's spec that no setting has, with its owner and its reason."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, model_validator

from aerofleet.files.addresses import Day, Owner
from aerofleet.files.file_model import FileModel


class OverlaySettings(FileModel):
    """The overlay of one layer. It is complete by itself: an owner and a reason are not inherited."""

    owner: Owner = Field(description="who answers for it: @organisation/team")
    reason: str = Field(min_length=1, description="why no setting does it, and when it can go")
    since: Day | None = Field(None, description="day on which it was written or last looked at: 2027-01-31")
    spec: dict[str, Any] = Field(
        default_factory=dict,
        description="part of the AerospikeCluster's spec, merged last; null removes a field",
    )
    dropped: tuple[str, ...] = Field(
        (),
        description="fields of the overlays below, or of the revision before, that end here: podSpec.tolerations",
    )

    @model_validator(mode="after")
    def does_something(self) -> Self:
        if not (self.spec or self.dropped):
            raise ValueError("needs spec or dropped: it writes nothing, and ends nothing")
        return self


class OverlaysSettings(FileModel):
    overlay: OverlaySettings | None = Field(
        None, description="what no setting has; each layer may have one, and all of them are applied"
    )
