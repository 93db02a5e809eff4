"""The operator's init image, which writes the server's configuration file in every pod."""

from __future__ import annotations

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import section
from aerofleet.ako.image import server_version
from aerofleet.units.version import passes_floor

OLDEST_DYNAMIC_INIT = "2.2.0"
DEFAULT_INIT_IMAGE = "aerospike-kubernetes-init:2.5.3"


def init_image(cluster: Cluster) -> str:
    """Return the cluster's init image, by default the operator's own."""
    container = section(cluster.pod_spec, "aerospikeInitContainer")
    return str(container.get("imageNameAndTag") or DEFAULT_INIT_IMAGE)


def sets_live(image: str) -> bool:
    """Return whether an init image of this name writes a configuration that was changed live."""
    return passes_floor(server_version(image), OLDEST_DYNAMIC_INIT)
