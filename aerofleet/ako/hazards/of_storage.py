"""Hazards of a cluster's volumes, and of the data that its namespaces keep on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aerofleet.aerospike.server.start_storage import DEVICE_RULES
from aerofleet.aerospike.server_files import CONFIG, DEVICES, SERVER
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import namespaces, section, texts
from aerofleet.ako.mounts import Volume, volume_bytes, volume_under
from aerofleet.ako.operator_files import (
    CONFIG_VALIDATION,
    CONTROLLER,
    ROLL_OUTS,
    STORAGE_VALIDATION,
    TYPES,
    VALIDATING_WEBHOOK,
)
from aerofleet.ako.refused_starts import refused_starts
from aerofleet.ako.volumes import RESERVED_PATHS, is_persistent, path_of, policy
from aerofleet.findings import Problem, rule, rules_in
from aerofleet.units.kubernetes_quantity import quantity, size_text

EMPTIED: dict[str, str] = {
    "deleteLocalStorageOnRestart": "pods that are rebuilt",
    "deleteLocalStorageOnPodRecovery": "pods that have failed",
}
"""Switches of a storage section, and the pods whose local claims the operator then deletes with them."""


@rule(
    "skips-work-directory",
    scope="cluster",
    severity="warning",
    remedy="a persistent volume for the work directory",
    source=f"{VALIDATING_WEBHOOK}: validateRequiredFileStorageForMetadata; {SERVER}, as/src/base/smd.c",
)
def skips_work_directory(cluster: Cluster) -> Iterator[Problem]:
    """The work directory need not be persistent. Users, definitions of secondary indexes and the roster are then
    lost with the pod.
    """
    if section(cluster.spec, "validationPolicy").get("skipWorkDirValidate") is True:
        yield "spec.validationPolicy.skipWorkDirValidate", "the work directory need not be persistent"


@rule(
    "cascade-delete",
    scope="cluster",
    severity="severe",
    remedy="`cascadeDelete: false`",
    source=f"{CONTROLLER}/pvc.go: removePVCsAsync; {CONTROLLER}/reconciler.go: deleteExternalResources",
)
def cascade_delete(cluster: Cluster) -> Iterator[Problem]:
    """The operator deletes the claims, and with them the data, when it removes the pod or the cluster is deleted."""
    for rack in cluster.distinct_racks:
        path = cluster.storage_path(rack)
        for key in ("blockVolumePolicy", "filesystemVolumePolicy"):
            if section(rack.storage, key).get("cascadeDelete") is True:
                yield f"{path}.{key}.cascadeDelete", "claims are deleted with their pods' place"
        for position, volume in enumerate(rack.storage.get("volumes") or []):
            if volume.get("cascadeDelete") is True and is_persistent(volume):
                yield (
                    f"{path}.volumes[{position}].cascadeDelete",
                    f"the claim of {volume.get('name')} is deleted with its pod's place",
                )


@rule(
    "wipes-at-start",
    scope="cluster",
    severity="warning",
    remedy="`initMethod: none`, for disks that may hold data",
    source=f"{TYPES}: AerospikePodStatus.InitializedVolumes",
)
def wipes_at_start(cluster: Cluster) -> Iterator[Problem]:
    """A volume is wiped when a pod meets it for the first time. A cluster that is made again over kept volumes
    wipes them too: only the status of the old cluster knew that they were initialised.
    """
    for rack in cluster.distinct_racks:
        for position, volume in enumerate(rack.storage.get("volumes") or []):
            if is_persistent(volume) and policy(rack, volume, "initMethod") != "none":
                path = f"{cluster.storage_path(rack)}.volumes[{position}].initMethod"
                yield (
                    path,
                    f"{volume.get('name')} is wiped by {policy(rack, volume, 'initMethod')} when a pod meets it first",
                )


@rule(
    "deletes-local-storage",
    scope="cluster",
    severity="warning",
    remedy="leave it out, unless the copies elsewhere are sure",
    source=f"{ROLL_OUTS}; {CONTROLLER}/pod.go: isLocalPVCDeletionRequired",
)
def deletes_local_storage(cluster: Cluster) -> Iterator[Problem]:
    """The operator deletes the claims of local classes with every pod that it rebuilds, or with every failed pod
    each time that it deletes it. The pod comes back empty and fills again over the network. A restart in the pod
    deletes none.
    """
    for rack in cluster.distinct_racks:
        for key, which in EMPTIED.items():
            if rack.storage.get(key) is True:
                yield f"{cluster.storage_path(rack)}.{key}", f"{which} come back empty"


@rule(
    "sindex-mount-unchecked",
    scope="cluster",
    severity="severe",
    remedy="a Filesystem volume at each mount",
    source=f"{VALIDATING_WEBHOOK}: validateNamespaceConfig",
)
def sindex_mount_unchecked(cluster: Cluster) -> Iterator[Problem]:
    """A mount of a secondary index is no persistent volume. The operator checks the mounts of the primary index
    only, so the index may be in the container's own layer.
    """
    for rack in cluster.distinct_racks:
        known = {path_of(volume) for volume in rack.storage.get("volumes") or [] if is_persistent(volume)}
        for position, name, namespace in namespaces(rack.config):
            for mount in texts(section(namespace, "sindex-type").get("mounts")):
                if mount not in known:
                    path = cluster.config_path(rack, "namespaces", position, "sindex-type", "mounts")
                    yield path, f"{mount} of {name} is the path of no persistent volume"


@rule(
    "mounts-over-volume",
    scope="cluster",
    severity="warning",
    remedy="a mounts-budget below the volume's size",
    source="Aerospike documentation, knowledge base, FAQ - Index on disk stop-writes",
)
def mounts_over_volume(cluster: Cluster) -> Iterator[Problem]:
    """The budget of an index is larger than its volumes. The volume is full before the index has its budget: from then
    on the server refuses new records.
    """
    for rack in cluster.distinct_racks:
        sizes = {
            path_of(volume): section(volume, "source", "persistentVolume").get("size")
            for volume in rack.storage.get("volumes") or []
        }
        for position, name, namespace in namespaces(rack.config):
            for key in ("index-type", "sindex-type"):
                index = section(namespace, key)
                budget = index.get("mounts-budget")
                room = sum(quantity(sizes.get(mount) or 0) for mount in texts(index.get("mounts")))
                if isinstance(budget, (int, float)) and room and budget > room:
                    path = cluster.config_path(rack, "namespaces", position, key, "mounts-budget")
                    message = (
                        f"the budget of {name}, {int(budget)} bytes, is larger than its volumes, {int(room)} bytes"
                    )
                    yield path, message


@rule(
    "shared-shadow",
    scope="cluster",
    severity="severe",
    remedy="a device of its own for each line",
    source=(
        f"{CONFIG}: cfg_add_storage_device; {DEVICES}: ssd_read_header; {CONFIG_VALIDATION}:"
        " ValidateStorageEngineDeviceList"
    ),
)
def shared_shadow(cluster: Cluster) -> Iterator[Problem]:
    """A device is used twice: as another device's shadow, or by two namespaces with different shadows. Servers
    start with it and overwrite the data; the operator compares whole lines only.
    """
    for rack in cluster.distinct_racks:
        lines = [
            line.split()
            for _, _, namespace in namespaces(rack.config)
            for line in dict.fromkeys(texts(section(namespace, "storage-engine").get("devices")))
        ]
        devices = Counter(device for line in lines for device in line)
        is_used_twice = max(devices.values(), default=1) > 1
        refused = {start.fault.rule for start in refused_starts(cluster)} if is_used_twice else ()
        for device, count in sorted(devices.items()):
            if count > 1 and DEVICE_RULES.isdisjoint(refused):
                yield cluster.config_path(rack, "namespaces"), f"{device} is used {count} times"


@rule(
    "path-with-slash",
    scope="cluster",
    severity="warning",
    remedy="the path without its last slash, or another one",
    source=f"{STORAGE_VALIDATION}: validateStorage",
)
def path_with_slash(cluster: Cluster) -> Iterator[Problem]:
    """A reserved path with a slash at its end passes the webhook, and its volume hides the operator's own files."""
    for rack in cluster.distinct_racks:
        for position, volume in enumerate(rack.storage.get("volumes") or []):
            path = path_of(volume)
            if path.endswith("/") and path.rstrip("/") in RESERVED_PATHS:
                yield (
                    f"{cluster.storage_path(rack)}.volumes[{position}].aerospike.path",
                    f"{path} hides the operator's own files",
                )


LARGEST_DEVICE_BYTES = 2 << 40
"""What a server uses of one device. Source: aerospike-server 4.9 to 8.1 (storage.h, AS_STORAGE_MAX_DEVICE_SIZE)."""


@rule(
    "device-over-2-tib",
    scope="cluster",
    severity="warning",
    remedy="partitions of at most 2 TiB, each a device of its own",
    source="aerospike-server 4.9 to 8.1.2, as/include/storage/storage.h: AS_STORAGE_MAX_DEVICE_SIZE",
)
def device_over_2_tib(cluster: Cluster) -> Iterator[Problem]:
    """A device is larger than 2 TiB. The server uses the first 2 TiB, never the rest, and warns in its log only."""
    for rack in cluster.distinct_racks:
        for position, name, namespace in namespaces(rack.config):
            for line in texts(section(namespace, "storage-engine").get("devices")):
                mounted = volume_under(rack, line.split()[0]) if line.strip() else None
                size = volume_bytes(mounted[0]) if mounted else 0
                if size > LARGEST_DEVICE_BYTES:
                    path = cluster.config_path(rack, "namespaces", position, "storage-engine", "devices")
                    unused = (size - LARGEST_DEVICE_BYTES) * 100 // size
                    yield path, f"{line.split()[0]} of {name} has {size_text(size)}: {unused} % of it are never used"


@rule(
    "files-over-volume",
    scope="cluster",
    severity="severe",
    remedy="a volume with room for all of its files, or a smaller filesize",
    source=f"{DEVICES}: ssd_init_files",
)
def files_over_volume(cluster: Cluster) -> Iterator[Problem]:
    """The files of a namespace may grow beyond their volume. The server makes them at their full length without
    taking the space, and stops with a failed write when the volume is full.
    """
    for rack in cluster.distinct_racks:
        needed: Counter[str] = Counter()
        rooms: dict[str, Volume] = {}
        for _, _, namespace in namespaces(rack.config):
            engine = section(namespace, "storage-engine")
            size = engine.get("filesize")
            for file in (word for line in texts(engine.get("files")) for word in line.split()):
                mounted = volume_under(rack, file)
                if mounted is not None and isinstance(size, (int, float)):
                    volume = str(mounted[0].get("name"))
                    needed[volume] += int(size)
                    rooms[volume] = mounted[0]
        for volume, total in needed.items():
            if 0 < volume_bytes(rooms[volume]) < total:
                size = section(rooms[volume], "source", "persistentVolume").get("size")
                path = f"{cluster.storage_path(rack)}.volumes.{{{volume}}}.source.persistentVolume.size"
                yield path, f"files on {volume} may grow to {size_text(total)}, and it has {size}"


RULES = rules_in(globals())
