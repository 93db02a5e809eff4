"""Nodes of a cluster: where its pods run, how many there are, and the workload that they carry."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from aerofleet.files.cluster.marks import Makes, Reserved
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import Bytes, Count, Flag, Number, Percent, PerSecond, Pods, Whole

MAX_PEAK = 10_000
"""Bound of the peak factor, far above any application: without it the loads would exceed every number type."""


class WorkloadSettings(FileModel):
    """The workload of the application on one cluster, over all its namespaces."""

    objects: Count = Field(description="records, each counted once")
    record: Bytes = Field(description="average size of a record as stored")
    reads: PerSecond = Field(description="reads per second on average")
    writes: PerSecond = Field(description="writes per second on average")
    peak: Number = Field(ge=1, le=MAX_PEAK, description="how many times the average at the busiest moment of the year")
    growth_per_month: Percent = Field(description="growth of the number of records")


class NodeSettings(FileModel):
    pool: str = Field(description="hosts on which the pods run")
    racks: Annotated[Whole, Makes("rackConfig")] = Field(ge=1, description="physical racks the cluster is spread over")
    size: Annotated[Pods, Makes("size")] = Field(description="pods in each rack; auto asks the sizing")
    workload: WorkloadSettings = Field(description="what the application does")
    multi_pod_per_host: Annotated[Flag, Makes("podSpec.multiPodPerHost")] = Field(
        description="let two pods of the cluster run on one host; it can never be changed"
    )

    reserved: ClassVar[tuple[Reserved, ...]] = (
        Reserved(
            "namespaces[]", "rack-id", "take it out: the operator writes the id of each rack, from allocations.yaml"
        ),
    )
