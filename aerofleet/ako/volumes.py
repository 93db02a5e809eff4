"""Volumes of a rack: their kind, their paths in the server, and which paths of the configuration lie on them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Any

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import is_in_memory, section
from aerofleet.units.version import is_at_least

Volume = dict[str, Any]
"""One entry of storage.volumes."""

SOURCES = ("emptyDir", "secret", "configMap", "persistentVolume", "hostPath")
RESERVED_PATHS = ("/etc/aerospike", "/configs")
"""Paths that the operator itself mounts in the server's container."""
REMOTE_SECRETS = ("secrets:", "vault:")
"""Prefixes of values that the server fetches from a secret agent or from Vault instead of a file."""


def volumes(rack: Rack) -> list[Volume]:
    """Return the volumes of the rack, in their order."""
    listed: list[Volume] = rack.storage.get("volumes") or []
    return listed


def mode(volume: Volume) -> str:
    """Return Block or Filesystem for a persistent volume; empty for any other source."""
    return str(section(volume, "source", "persistentVolume").get("volumeMode", ""))


def is_persistent(volume: Volume) -> bool:
    """Return whether the volume's source is a persistent volume."""
    return "persistentVolume" in section(volume, "source")


def path_of(volume: Volume) -> str:
    """Return the volume's path in the server's container; empty where the server does not mount it."""
    return str(section(volume, "aerospike").get("path", ""))


def policy(rack: Rack, volume: Volume, method: str) -> str:
    """Return the volume's initMethod or wipeMethod: its own, else the storage's for its mode, else the default."""
    is_block = mode(volume) == "Block"
    general = section(rack.storage, "blockVolumePolicy" if is_block else "filesystemVolumePolicy")
    default = "none" if method == "initMethod" else "dd" if is_block else "deleteFiles"
    return str(volume.get(method) or general.get(method) or default)


def cascades(rack: Rack, volume: Volume) -> bool:
    """Return whether the operator deletes the volume's claim when it takes the pod away or the cluster is deleted."""
    general = section(rack.storage, "blockVolumePolicy" if mode(volume) == "Block" else "filesystemVolumePolicy")
    return volume.get("cascadeDelete", general.get("cascadeDelete", False)) is True


def is_under(path: str, parents: Iterable[str]) -> bool:
    """Return whether ``path`` is one of ``parents`` or below one of them; whole names are compared."""
    path = _folder(path)
    return any(path.startswith(_folder(parent)) for parent in parents)


def _folder(path: str) -> str:
    """Return the normalised path with one slash at its end, and one at its start where it has several there."""
    path = posixpath.normpath(path).rstrip("/") + "/"
    return path[1:] if path.startswith("//") else path


def paths_of(rack: Rack, volume_mode: str = "") -> set[str]:
    """Return the server paths of the rack's volumes: of the persistent ones of ``volume_mode``, or of all."""
    mounted = [volume for volume in volumes(rack) if volume.get("aerospike")]
    return {path_of(volume) for volume in mounted if not volume_mode or mode(volume) == volume_mode}


def looks_behind_storage(cluster: Cluster, namespace: dict[str, Any]) -> bool:
    """Return whether the operator looks for the volumes of the namespace's devices and files.

    Up to release 4.4.0 it does not where they are behind the storage engine memory.
    """
    return is_at_least(cluster.operator, "4.4.1") or not is_in_memory(namespace)
