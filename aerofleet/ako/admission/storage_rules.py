"""Volumes, and the paths of aerospikeConfig that must lie on them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import SHMEM, entries, namespaces, section, storage_lines, texts
from aerofleet.ako.operator_files import STORAGE_VALIDATION, VALIDATING_WEBHOOK
from aerofleet.ako.volumes import (
    REMOTE_SECRETS,
    RESERVED_PATHS,
    SOURCES,
    Volume,
    is_persistent,
    is_under,
    looks_behind_storage,
    mode,
    path_of,
    paths_of,
    policy,
    volumes,
)
from aerofleet.findings import Problem, rule
from aerofleet.units.names import DNS_LABEL
from aerofleet.units.version import Range

RESERVED_CONTAINERS = ("aerospike-init", "aerospike-server")
DEFAULT_WORK_DIRECTORY = "/opt/aerospike"
METHODS = {
    ("Block", "initMethod"): ("none", "dd", "headerCleanup", "blkdiscard", "blkdiscardWithHeaderCleanup"),
    ("Block", "wipeMethod"): ("dd", "blkdiscard"),
    ("Filesystem", "initMethod"): ("none", "deleteFiles"),
    ("Filesystem", "wipeMethod"): ("deleteFiles",),
}


def _storages(cluster: Cluster) -> Iterator[tuple[Rack, str]]:
    """Yield (rack, path) of every storage that reaches a rack: not the cluster's where every rack has its own."""
    shared = [rack for rack in cluster.racks if rack.own.get("storage") is None][:1]
    for rack in (*shared, *(rack for rack in cluster.racks if rack.own.get("storage") is not None)):
        yield rack, cluster.storage_path(rack)


def _volumes(cluster: Cluster) -> Iterator[tuple[Rack, Volume, str]]:
    for rack, path in _storages(cluster):
        for position, volume in enumerate(volumes(rack)):
            yield rack, volume, f"{path}.volumes[{position}]"


@rule("vol-name", scope="cluster", severity="error", source=f"{STORAGE_VALIDATION}: validateStorage")
def volume_names_are_labels(cluster: Cluster) -> Iterator[Problem]:
    """A volume's name is lower-case letters, digits and hyphens, at most 63."""
    for _, volume, path in _volumes(cluster):
        if not DNS_LABEL.fullmatch(volume.get("name", "")):
            yield (
                f"{path}.name",
                f"{volume.get('name', '')!r} can't be a volume's name",
                "lower-case letters, digits and hyphens",
            )


@rule("vol-source", scope="cluster", severity="error", source=f"{STORAGE_VALIDATION}: validateStorageVolumeSource")
def volumes_have_one_source(cluster: Cluster) -> Iterator[Problem]:
    """A volume has exactly one source."""
    for _, volume, path in _volumes(cluster):
        sources = [key for key in SOURCES if key in section(volume, "source")]
        if len(sources) != 1:
            yield (
                f"{path}.source",
                " and ".join(sources) + " at once" if sources else "no source",
                f"one of {', '.join(SOURCES)}",
            )


@rule("vol-orphan", scope="cluster", severity="error", source=f"{STORAGE_VALIDATION}: validateStorage")
def volumes_are_attached(cluster: Cluster) -> Iterator[Problem]:
    """A volume is attached to the server, a sidecar or an init container."""
    for _, volume, path in _volumes(cluster):
        if not volume.get("aerospike") and not volume.get("sidecars") and not volume.get("initContainers"):
            yield path, "attached to no container", "add aerospike, sidecars or initContainers"


@rule("vol-path", scope="cluster", severity="error", source=f"{STORAGE_VALIDATION}: validateStorage")
def server_paths_are_free(cluster: Cluster) -> Iterator[Problem]:
    """A volume's path in the server is absolute, used once, and neither /etc/aerospike nor /configs."""
    for rack, path in _storages(cluster):
        seen: dict[str, str] = {}
        for position, volume in enumerate(volumes(rack)):
            if not volume.get("aerospike"):
                continue
            where, target = f"{path}.volumes[{position}].aerospike.path", path_of(volume)
            if not target.startswith("/"):
                yield where, f"{target!r} is not an absolute path", "start it with /"
            elif target in RESERVED_PATHS:
                yield where, f"{target} is the operator's own", "use a path below it, or another"
            elif target in seen:
                yield where, f"{target} is also the path of {seen[target]}", "give each volume its own path"
            seen[target] = str(volume.get("name", ""))


@rule(
    "vol-mountopts",
    scope="cluster",
    severity="warning",
    source=f"{STORAGE_VALIDATION}: validateStorage",
    operator=Range("4.2.0"),
)
def mount_options_are_used(cluster: Cluster) -> Iterator[Problem]:
    """Mount options in the server count for hostPath volumes only."""
    for _, volume, path in _volumes(cluster):
        if section(volume, "aerospike").get("mountOptions") and "hostPath" not in section(volume, "source"):
            yield f"{path}.aerospike.mountOptions", "is ignored: the volume is no hostPath", "leave it out"


@rule(
    "attach",
    scope="cluster",
    severity="error",
    source=f"{STORAGE_VALIDATION}: validateAttachment, validateContainerAttachmentPaths",
)
def attachments_name_containers(cluster: Cluster) -> Iterator[Problem]:
    """A volume is attached once to a container that exists and isn't the operator's, at an absolute path of its own."""
    for kind in ("sidecars", "initContainers"):
        known = {str(container.get("name")) for container in cluster.pod_spec.get(kind) or []}
        for rack, path in _storages(cluster):
            taken: set[tuple[str, str]] = set()
            for position, volume in enumerate(volumes(rack)):
                in_volume: set[str] = set()
                for index, attachment in enumerate(volume.get(kind) or []):
                    where = f"{path}.volumes[{position}].{kind}[{index}]"
                    name, target = str(attachment.get("containerName", "")), str(attachment.get("path", ""))
                    if name in RESERVED_CONTAINERS:
                        yield (
                            f"{where}.containerName",
                            f"{name} is the operator's own",
                            "attach to a container of the pod spec",
                        )
                    elif name not in known:
                        yield f"{where}.containerName", f"{name!r} is not in podSpec.{kind}", _known_words(known)
                    if not target.startswith("/"):
                        yield f"{where}.path", f"{target!r} is not an absolute path", "start it with /"
                    if name in in_volume:
                        yield f"{where}.containerName", f"the volume is attached to {name} twice", "attach it once"
                    elif (name, target) in taken:
                        yield f"{where}.path", f"{target} is already used in {name}", "give each volume its own path"
                    in_volume.add(name)
                    taken.add((name, target))


def _known_words(known: set[str]) -> str:
    return f"one of {', '.join(sorted(known))}" if known else "add the container first"


@rule(
    "hostpath-ro",
    scope="cluster",
    severity="error",
    source=f"{STORAGE_VALIDATION}: validateHostPathVolumeReadOnly",
    operator=Range("4.2.0"),
)
def host_paths_are_read_only(cluster: Cluster) -> Iterator[Problem]:
    """A hostPath volume is mounted read-only everywhere (mountOptions.readOnly)."""
    for _, volume, path in _volumes(cluster):
        if "hostPath" not in section(volume, "source"):
            continue
        holders = [(f"{path}.aerospike", volume["aerospike"])] if volume.get("aerospike") else []
        for kind in ("sidecars", "initContainers"):
            holders += [(f"{path}.{kind}[{index}]", item) for index, item in enumerate(volume.get(kind) or [])]
        for where, holder in holders:
            if section(holder, "mountOptions").get("readOnly") is not True:
                yield f"{where}.mountOptions.readOnly", "a hostPath volume must be read-only", "set readOnly: true"


@rule("pv-methods", scope="cluster", severity="error", source=f"{STORAGE_VALIDATION}: validateStorageVolumeSource")
def methods_fit_the_volume(cluster: Cluster) -> Iterator[Problem]:
    """A persistent volume is initialised and wiped by methods for its mode."""
    for rack, volume, path in _volumes(cluster):
        for method in ("initMethod", "wipeMethod") if is_persistent(volume) else ():
            allowed = METHODS.get((mode(volume), method), ())
            chosen = policy(rack, volume, method)
            if allowed and chosen not in allowed:
                yield f"{path}.{method}", f"{chosen} is not for a {mode(volume)} volume", f"one of {', '.join(allowed)}"


@rule(
    "local-sc",
    scope="cluster",
    severity="error",
    source=f"{STORAGE_VALIDATION}: validateStorage",
    operator=Range("4.1.0"),
)
def local_classes_are_named(cluster: Cluster) -> Iterator[Problem]:
    """With deleteLocalStorageOnRestart or deleteLocalStorageOnPodRecovery there are localStorageClasses."""
    for rack, path in _storages(cluster):
        for key in ("deleteLocalStorageOnRestart", "deleteLocalStorageOnPodRecovery"):
            if rack.storage.get(key) is True and not rack.storage.get("localStorageClasses"):
                yield f"{path}.{key}", "no storage class is named as local", "list them in localStorageClasses"


@rule(
    "cleanup-threads",
    scope="cluster",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validatePodSpecResourceAndLimits",
    operator=Range("4.1.0"),
)
def cleaning_has_limits(cluster: Cluster) -> Iterator[Problem]:
    """More than one cleanup thread needs resource limits on the init container."""
    limits = section(cluster.pod_spec, "aerospikeInitContainer", "resources").get("limits")
    for rack, path in _storages(cluster):
        if rack.storage.get("cleanupThreads", 1) != 1 and not limits:
            yield (
                f"{path}.cleanupThreads",
                "several threads without limits",
                "set podSpec.aerospikeInitContainer.resources.limits",
            )


# --- paths of the configuration -----------------------------------------------------------------------------------


@rule("device-volume", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateNamespaceConfig")
def devices_have_volumes(cluster: Cluster) -> Iterator[Problem]:
    """Every device, shadows too, is the path of a persistent Block volume."""
    for rack in cluster.distinct_racks:
        known = paths_of(rack, "Block")
        for position, name, device in _stored_on(cluster, rack, "devices"):
            if device not in known:
                path = cluster.config_path(rack, "namespaces", position, "storage-engine", "devices")
                yield path, f"{device} of {name} is the path of no Block volume", _near(known)


@rule("file-volume", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateNamespaceConfig")
def files_have_volumes(cluster: Cluster) -> Iterator[Problem]:
    """Every file, shadows too, lies on a persistent Filesystem volume."""
    for rack in cluster.distinct_racks:
        known = paths_of(rack, "Filesystem")
        for position, name, file in _stored_on(cluster, rack, "files"):
            if not is_under(posixpath.dirname(file), known):
                path = cluster.config_path(rack, "namespaces", position, "storage-engine", "files")
                yield path, f"{file} of {name} lies on no Filesystem volume", _near(known)


def _stored_on(cluster: Cluster, rack: Rack, key: str) -> Iterator[tuple[int, str, str]]:
    """Yield (namespace's position, its name, path) of every device or file whose volume the operator looks for."""
    for position, name, namespace in namespaces(rack.config):
        if looks_behind_storage(cluster, namespace):
            for line in storage_lines(section(namespace, "storage-engine"), key):
                yield from ((position, name, path) for path in line.split())


@rule("index-volume", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateNamespaceConfig")
def index_mounts_have_volumes(cluster: Cluster) -> Iterator[Problem]:
    """Every mount of an index on flash or pmem is exactly the path of a persistent Filesystem volume."""
    for rack in cluster.distinct_racks:
        known = paths_of(rack, "Filesystem")
        for position, name, namespace in namespaces(rack.config):
            index = section(namespace, "index-type")
            for mount in texts(index.get("mounts")) if index.get("type") != SHMEM else ():
                if mount not in known:
                    path = cluster.config_path(rack, "namespaces", position, "index-type", "mounts")
                    yield path, f"{mount} of {name} is the path of no Filesystem volume", _near(known)


def _near(known: set[str]) -> str:
    return f"there are {', '.join(sorted(known))}" if known else "add the volume to spec.storage"


@rule(
    "workdir", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateRequiredFileStorageForMetadata"
)
def work_directory_has_a_volume(cluster: Cluster) -> Iterator[Problem]:
    """The work directory is absolute and on a persistent Filesystem volume (skipWorkDirValidate: any volume, if
    configured).
    """
    skips = section(cluster.spec, "validationPolicy").get("skipWorkDirValidate") is True
    for rack in cluster.distinct_racks:
        written = section(rack.config, "service").get("work-directory")
        if skips and not written:
            continue
        directory = str(written or DEFAULT_WORK_DIRECTORY)
        path = cluster.config_path(rack, "service", "work-directory")
        if not directory.startswith("/"):
            yield path, f"{directory!r} is not an absolute path", "start it with /"
        elif not is_under(directory, paths_of(rack, "" if skips else "Filesystem")):
            yield path, f"{directory} lies on no {'' if skips else 'Filesystem '}volume", "add one to spec.storage"


@rule(
    "mounted-files",
    scope="cluster",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateRequiredFileStorageForAerospikeConfig",
)
def named_files_are_mounted(cluster: Cluster) -> Iterator[Problem]:
    """Feature keys, TLS files and the default password file lie on volumes, or come from a secret agent where they
    may.
    """
    for rack in cluster.distinct_racks:
        known = paths_of(rack)
        for keys, file, may_be_remote in _named_files(rack):
            if file.startswith(REMOTE_SECRETS) and may_be_remote:
                continue
            directory = file if keys[-1] == "ca-path" else posixpath.dirname(file)
            if not is_under(directory, known):
                hint = "mount it with an entry in spec.storage.volumes"
                yield cluster.config_path(rack, *keys), f"{file} lies on no volume", hint
        yield from _default_password_file(cluster, rack)


def _named_files(rack: Rack) -> Iterator[tuple[tuple[str | int, ...], str, bool]]:
    service = section(rack.config, "service")
    if isinstance(service.get("feature-key-file"), str):
        yield ("service", "feature-key-file"), service["feature-key-file"], True
    else:
        for file in texts(service.get("feature-key-files")):
            yield ("service", "feature-key-files"), file, True
    for position, item in enumerate(entries(rack.config, "network", "tls")):
        for key, may_be_remote in (("cert-file", True), ("key-file", True), ("ca-file", False), ("ca-path", False)):
            if isinstance(item.get(key), str):
                yield ("network", "tls", position, key), item[key], may_be_remote


def _default_password_file(cluster: Cluster, rack: Rack) -> Iterator[Problem]:
    file = section(rack.config, "security").get("default-password-file")
    if not isinstance(file, str):
        return
    path = cluster.config_path(rack, "security", "default-password-file")
    directory = posixpath.dirname(file)
    holders = [volume for volume in volumes(rack) if volume.get("aerospike") and is_under(directory, {path_of(volume)})]
    if file.startswith(REMOTE_SECRETS):
        yield path, f"{file} would come from a secret agent", "mount it from a Secret"
    elif not holders or "secret" not in section(max(holders, key=path_of), "source"):
        yield path, f"{file} lies on no volume of a Secret", "mount it from a Secret"
