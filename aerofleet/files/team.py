"""`teams/<team>.yaml`: the clusters of a team. A cluster names its tier, its workload, and only what differs."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aerofleet.files.choices import ClusterState
from aerofleet.files.definition_file import DefinitionFile
from aerofleet.files.file_model import FileModel


class ClusterFile(FileModel):
    """A cluster in a team file. All but tier and state are settings; the tenant entry grants the settings of
    the team.
    """

    tier: str = Field(description="a tier, or a tier at a revision: silver, gold@3, aerofleet/gold@2")
    state: ClusterState = Field(ClusterState.ACTIVE, description="active, or a step of its end")
    description: str = Field("", description="for people")
    settings: dict[str, Any] = Field(default_factory=dict, exclude=True, description="all other keys; not a key itself")


class TeamFile(DefinitionFile):
    team: str = Field(description="its name; that of its file")
    clusters: dict[str, dict[str, Any]] = Field(default_factory=dict, description="name → tier and settings")


CLUSTER_KEYS = ("tier", "state", "description")


def split_cluster(written: dict[str, Any]) -> ClusterFile:
    """Split the keys of a cluster into its own and its settings. Raises pydantic.ValidationError."""
    own = {key: value for key, value in written.items() if key in CLUSTER_KEYS}
    return ClusterFile.model_validate({**own, "settings": {k: v for k, v in written.items() if k not in CLUSTER_KEYS}})
