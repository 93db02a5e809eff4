"""The parts of a rack's volumes that belong to its pods, so that the pods are rebuilt when one of them changes.

Source: AKO 4.5.0, the comparison of a pod's volumes and mounts with the storage that is wanted. The operator
compares the source of a Secret, ConfigMap or emptyDir, and the paths at which a volume is mounted. It ignores the order
of attachments, defaults that are written out, and the path of a hostPath.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from aerofleet.ako.cluster import Rack
from aerofleet.ako.config import entries, section
from aerofleet.units.kubernetes_quantity import quantity

Volume = dict[str, Any]
Mounts = dict[tuple[str, str], tuple[Any, ...]]
"""(kind of container, its name) → path and options."""

COMPARED = ("secret", "configMap", "emptyDir")
FILE_MODE = 0o644
"""Kubernetes' own default for files of a Secret or a ConfigMap."""


def remounted(before: Rack, after: Rack) -> Iterator[str]:
    """Yield the names of the volumes for which the operator rebuilds pods."""
    was, now = by_name(before), by_name(after)
    for name in sorted(was.keys() | now.keys()):
        old, new = was.get(name), now.get(name)
        if old is None or new is None or _source(old) != _source(new) or _mounts(old) != _mounts(new):
            yield name


def by_name(rack: Rack) -> dict[str, Volume]:
    return {str(volume.get("name", "")): volume for volume in entries(rack.storage, "volumes")}


def volume_under(rack: Rack, path: str) -> tuple[Volume, str] | None:
    """Return the volume with ``path`` of the server, and the rest of the path on it, which is empty for a device.

    None where no volume is mounted there.
    """
    whole = posixpath.normpath(path)
    mounted: tuple[Volume, str] | None = None
    longest = 0
    for volume in entries(rack.storage, "volumes"):
        mount = str(section(volume, "aerospike").get("path", "")).rstrip("/")
        if len(mount) > longest and (whole == mount or whole.startswith(f"{mount}/")):
            mounted, longest = (volume, whole[len(mount) :]), len(mount)
    return mounted


def volume_bytes(volume: Volume) -> int:
    """Return the size of a persistent volume in bytes; 0 for any other volume."""
    return int(quantity(section(volume, "source", "persistentVolume").get("size") or 0))


def _source(volume: Volume) -> Any:
    source = section(volume, "source")
    compared = {key: source[key] for key in COMPARED if isinstance(source.get(key), dict)}
    for key in ("secret", "configMap"):
        if key in compared:
            compared[key] = {"defaultMode": FILE_MODE, **compared[key]}
    return compared


def _mounts(volume: Volume) -> Mounts:
    is_device = section(volume, "source", "persistentVolume").get("volumeMode") == "Block"
    mounts: Mounts = {}
    for kind in ("sidecars", "initContainers"):
        for attachment in entries(volume, kind):
            options = None if is_device else attachment.get("mountOptions")
            mounts[kind, str(attachment.get("containerName"))] = (attachment.get("path"), *_options(options))
    server = volume.get("aerospike")
    if isinstance(server, dict):
        options = server.get("mountOptions") if "hostPath" in section(volume, "source") else None
        mounts["server", ""] = (server.get("path"), *_options(options))
    return mounts


def _options(options: Any) -> tuple[Any, ...]:
    mount = section(options)
    return (
        mount.get("readOnly") is True,
        mount.get("subPath") or "",
        mount.get("subPathExpr") or "",
        mount.get("mountPropagation"),
    )


def unseen_host_paths(before: Rack, after: Rack) -> Iterator[str]:
    """Yield the names of the volumes whose hostPath changes: pods keep the old path until something rebuilds them."""
    if before.storage == after.storage:
        return
    was = by_name(before)
    for name, volume in by_name(after).items():
        paths = [section(side, "source").get("hostPath") for side in (was.get(name, volume), volume)]
        if paths[0] is not None and paths[1] is not None and paths[0] != paths[1]:
            yield name
