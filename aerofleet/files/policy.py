"""`policy` in cell.yaml: the limits of the policies, which the platform decides for each cell."""

from __future__ import annotations

from pydantic import Field

from aerofleet.files.addresses import Owner
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import Whole


class PolicyLimits(FileModel):
    """Limits of the policies. A review judges a change by the limits before it, so that no change raises its own."""

    approvers: tuple[Owner, ...] = Field(
        (), description="who approves waivers.yaml and approvals.yaml in CODEOWNERS; the owners of the cell if left out"
    )
    mandatory: tuple[str, ...] = Field(
        (), description="policies that are errors here, although they are only advised elsewhere"
    )
    registries: tuple[str, ...] = Field(
        (), description="registries from which images may come, beside the host of server.registry"
    )
    overlay_days: Whole = Field(90, ge=1, description="days after which an overlay is old")
    expiry_warning_days: Whole = Field(
        14, ge=0, description="days before its expiry from which on a waiver or approval is a warning"
    )
    disturbed_clusters: Whole = Field(
        5, ge=1, description="clusters of the cell at most that one change restarts or moves data of"
    )
    disturbed_per_rack: Whole = Field(
        1, ge=1, description="of these, clusters at most with pods in one rack: they may share hosts"
    )
