"""Server of a cluster: its version, its feature key, and the parameters of its service context."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from aerofleet.files.cluster.marks import FreeMap, Makes, Reserved
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import MinClusterSize
from aerofleet.units.names import FEATURE_KEY_SECRET


class ServerSettings(FileModel):
    channel: Annotated[str, Makes("image")] = Field(description="server channel of the cell, or an exact version")
    min_cluster_size: Annotated[MinClusterSize | None, Makes("aerospikeConfig.service.min-cluster-size")] = Field(
        None,
        description="fewest nodes that make a cluster: a number, or majority of all nodes, so that the smaller part "
        "of a split stops serving; any number of nodes when left out",
    )
    service: Annotated[dict[str, Any], FreeMap("service")] = Field(
        default_factory=dict, description="further parameters of the service context"
    )

    reserved: ClassVar[tuple[Reserved, ...]] = (
        Reserved(
            "service", "feature-key-file", f"put the key in the Secret {FEATURE_KEY_SECRET}, which is mounted there"
        ),
    )
