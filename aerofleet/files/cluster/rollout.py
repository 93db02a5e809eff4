"""How a change reaches the pods of a cluster: batches, live settings, pauses, blocked hosts, restarts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from aerofleet.files.cluster.marks import Makes
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import Flag, Whole


class BatchSettings(FileModel):
    rolling_update: Annotated[Whole, Makes("rackConfig.rollingUpdateBatchSize")] = Field(
        ge=0, description="pods of one rack restarted together; 0 = the operator's default of 1"
    )
    scale_down: Annotated[Whole, Makes("rackConfig.scaleDownBatchSize")] = Field(
        ge=0, description="pods of one rack removed together; 0 = the operator's default of 1"
    )
    max_unavailable: Annotated[Whole, Makes("maxUnavailable")] = Field(
        ge=1, description="pods that a node drain may take at a time"
    )


class RestartSettings(FileModel):
    how: Literal["warm", "pod"] = Field(
        description="warm: the server in its pod, which keeps memory; pod: the pod itself"
    )
    reason: str = Field(min_length=1, description="another text is another restart: feature-key-2026-11")


class RolloutSettings(FileModel):
    batches: BatchSettings = Field(description="how many pods go at once")
    dynamic_config: Annotated[Flag, Makes("enableDynamicConfigUpdate")] = Field(
        description="let the operator apply settings live where the server can"
    )
    host_blocks: Annotated[tuple[str, ...], Makes("k8sNodeBlockList")] = Field(
        (), description="hosts that the operator moves the pods away from"
    )
    paused: Annotated[Flag, Makes("paused")] = Field(
        description="the operator finishes the pass that runs and begins no other"
    )
    restart: RestartSettings | None = Field(None, description="have every pod restarted once")
