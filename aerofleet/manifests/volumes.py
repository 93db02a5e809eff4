"""`spec.storage`: the volumes of each pod."""

from __future__ import annotations

from typing import Any

from aerofleet.fleet.cluster import Cluster, Tls, Volume
from aerofleet.units.kubernetes_quantity import kubernetes_bytes
from aerofleet.units.names import FEATURE_KEY_SECRET

SECRETS_PATH = "/etc/aerospike/secrets"
TLS_PATH = "/etc/aerospike/tls"
CA_FILE = "ca.crt"
EXPORTER_CONTAINER = "exporter"


def storage(cluster: Cluster) -> dict[str, Any]:
    """Return the volumes, which outlive pods, custom resource and mistakes: no initialisation wipes them, no cascade
    deletes them.

    From ``localStorageClasses`` AKO knows the claims that are bound to a host: without it a pod that has to leave a
    blocked host stays pending for ever.
    """
    volumes = [persistent(volume) for volume in cluster.volumes]
    volumes.append(secret("feature-key", FEATURE_KEY_SECRET, SECRETS_PATH))
    tls = cluster.security.tls
    if tls:
        volumes.append(secret("tls", tls.secret, TLS_PATH))
    if tls and cluster.exporter:
        volumes.append(authority(tls))
    return {
        "cleanupThreads": 1,
        "filesystemVolumePolicy": {"initMethod": "none", "cascadeDelete": False},
        "blockVolumePolicy": {"initMethod": "none", "cascadeDelete": False},
        "localStorageClasses": list(cluster.local_storage_classes),
        "volumes": volumes,
    }


def persistent(volume: Volume) -> dict[str, Any]:
    return {
        "name": volume.name,
        "source": {
            "persistentVolume": {
                "storageClass": volume.storage_class,
                "volumeMode": volume.mode,
                "size": kubernetes_bytes(volume.bytes),
            }
        },
        "aerospike": {"path": volume.path},
    }


def secret(name: str, secret_name: str, path: str) -> dict[str, Any]:
    return {"name": name, "source": {"secret": {"secretName": secret_name}}, "aerospike": {"path": path}}


def authority(tls: Tls) -> dict[str, Any]:
    """Return the volume with the certificate authority, with which the exporter verifies its node; without the key."""
    items = [{"key": CA_FILE, "path": CA_FILE}]
    return {
        "name": "tls-authority",
        "source": {"secret": {"secretName": tls.secret, "items": items}},
        "sidecars": [{"containerName": EXPORTER_CONTAINER, "path": TLS_PATH}],
    }
