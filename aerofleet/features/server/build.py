"""Images, feature key and service context of a cluster.

AKO fills in node-id and cluster-name. They are left out here: AKO refuses other values, and equal ones would only hide
the decisions of people.
"""

from __future__ import annotations

from typing import Any

from aerofleet.files.settings import Settings
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.settings.free_maps import unreserved
from aerofleet.units.names import FEATURE_KEY_FILE, FEATURE_KEY_SECRET, SECRETS_PATH

FEATURE_KEY = f"{SECRETS_PATH}/{FEATURE_KEY_FILE}"
INIT_RESOURCES = {"cpu": "500m", "memory": "512Mi"}


def spec(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    feature_key = {"secret": {"secretName": FEATURE_KEY_SECRET}}
    return {
        "image": cluster.image,
        "podSpec": {
            "aerospikeInitContainer": {
                **init_image(cluster.init_image),
                "resources": {"requests": INIT_RESOURCES, "limits": INIT_RESOURCES},
            }
        },
        "storage": {"volumes": [{"name": "feature-key", "source": feature_key, "aerospike": {"path": SECRETS_PATH}}]},
        "aerospikeConfig": {"service": service(cluster)},
    }


def server_files(settings: Settings) -> tuple[str, ...]:
    return (FEATURE_KEY,)


def init_image(reference: str) -> dict[str, str]:
    """Return an image (``docker.io/aerospike/aerospike-kubernetes-init:2.5.3``) in AKO's three fields."""
    registry, _, rest = reference.partition("/")
    namespace, _, name = rest.rpartition("/")
    return {"imageRegistry": registry, "imageRegistryNamespace": namespace, "imageNameAndTag": name}


def service(cluster: Cluster) -> dict[str, Any]:
    config: dict[str, Any] = {"feature-key-file": FEATURE_KEY}
    if cluster.min_cluster_size is not None:
        config["min-cluster-size"] = cluster.min_cluster_size
    return {**config, **unreserved(cluster.settings.service, "service", cluster.server_version)}
