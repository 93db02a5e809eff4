"""`waivers.yaml` and `approvals.yaml`: what may pass although a policy stops it, by whose word, and until when."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from aerofleet.files.addresses import Day, Owner
from aerofleet.files.definition_file import DefinitionFile
from aerofleet.files.file_model import FileModel


class Waiver(FileModel):
    """One policy does not count for one subject until a day."""

    rule: str = Field(description="id of the policy")
    subject: str = Field(description="what it does not count for: TEAM/CLUSTER, a team, the cell, or KIND NAME")
    reason: str = Field(min_length=1, description="why, and what ends it")
    owner: Owner = Field(description="who answers for it: @organisation/team")
    expires: Day = Field(description="the last day on which it counts: 2027-01-31")


class WaiversFile(DefinitionFile):
    waivers: tuple[Waiver, ...] = Field((), description="each for one policy and one subject")


class Approval(FileModel):
    """One change may do to one subject what its review has reported. Another change needs another approval."""

    effect: Literal["data-at-risk", "lowered-protection", "renamed-context"] = Field(
        description="what is approved: data at risk, a lower protection of the cell, or another name of the context of "
        "the same API server; nothing approves `refused`"
    )
    subject: str = Field(description="TEAM/CLUSTER, the object in the review (Namespace aerospike-shop), or the cell")
    change: str = Field(
        pattern=r"^c[0-9a-f]{12}$", description="digest of the change, as the review prints it: any other has another"
    )
    reason: str = Field(min_length=1, description="why it may be: the data may be lost, or is safe all the same")
    owner: Owner = Field(description="who answers for it: @organisation/team")
    expires: Day = Field(description="the last day on which it counts: 2027-01-31")


class ApprovalsFile(DefinitionFile):
    approvals: tuple[Approval, ...] = Field((), description="each for one change of one subject")
