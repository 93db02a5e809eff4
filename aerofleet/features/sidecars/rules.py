"""Rules for further containers and volumes: nothing of theirs takes a name, a path or a secret of the platform's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aerofleet.features.sidecars.build import SERVER
from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.defined_cluster import DefinedCluster
from aerofleet.settings.merge import Path
from aerofleet.units.literal_secret import literal_secrets
from aerofleet.units.names import FEATURE_KEY_SECRET, PULL_SECRET, SECRETS_PATH, TLS_PATH, tls_secret

OPERATORS_CONTAINERS = frozenset({SERVER, "aerospike-init"})
"""Containers of each pod that AKO 4.5.0 itself makes."""
PLATFORM_CONTAINERS = frozenset({"exporter"})
PLATFORM_VOLUMES = frozenset({"workdir", "feature-key", "tls", "tls-authority"})
OPERATORS_VOLUMES = frozenset({"confdir", "initconfigs"})
"""Volumes of each pod that AKO 4.5.0 itself makes: the configuration and its template."""
CLOSED_FOLDERS = ("/etc/aerospike", "/configs", "/opt/aerospike", "/dev", "/proc", "/sys")
"""Folders of the server's container below which nothing may be mounted: the operator's configuration (AKO 4.5.0), the
server's Secrets, its work directory with users and indexes (aerospike-server, as/src/base/smd.c), and what the kernel
and the devices of the namespaces show."""
MOUNT_POINTS = (*CLOSED_FOLDERS, SECRETS_PATH, TLS_PATH)
FOLDER = re.compile(r"(/(?!\.{1,2}(/|$))[^/]+)+")
"""An absolute path without empty parts, `.` and `..`, and without a slash at its end."""
VERSIONED = re.compile(r"(.*/)?[^/:@]+(:(?P<tag>[\w][\w.-]*))?(@sha256:(?P<digest>[0-9a-f]{64}))?")


@rule(
    "sidecar-name",
    scope="cell",
    severity="error",
    source="AKO 4.5.0, internal/webhook/v1/aerospikecluster_validating_webhook.go: validatePodSpecContainer",
)
def sidecar_name(cluster: DefinedCluster) -> Iterator[LocatedProblem]:
    """A sidecar has the name of a container of the operator or of the platform."""
    for index, sidecar in enumerate(cluster.settings.sidecars):
        if sidecar.name in OPERATORS_CONTAINERS | PLATFORM_CONTAINERS:
            owner = "operator" if sidecar.name in OPERATORS_CONTAINERS else "platform"
            message = f"the container '{sidecar.name}' is the {owner}'s own: a pod can't have two of this name"
            yield cluster.problem(("sidecars", index, "name"), message, "give yours another name")


@rule("sidecar-image", scope="cell", severity="error", source="Platform rule: docs/how-to/run-a-sidecar.md")
def sidecar_image(cluster: DefinedCluster) -> Iterator[LocatedProblem]:
    """The image of a sidecar is not pinned: pods that start at different times would run different programs."""
    for index, sidecar in enumerate(cluster.settings.sidecars):
        found = VERSIONED.fullmatch(sidecar.image)
        if found and (found["digest"] or found["tag"] not in (None, "latest")):
            continue
        message = f"the image '{sidecar.image}' has neither a fixed tag nor a digest"
        remedy = "write a tag that is never moved (NAME:1.2.3), or a digest (NAME@sha256:…)"
        yield cluster.problem(("sidecars", index, "image"), message, remedy)


@rule("sidecar-secret", scope="cell", severity="error", source="Platform rule: docs/how-to/run-a-sidecar.md")
def sidecar_secret(cluster: DefinedCluster) -> Iterator[LocatedProblem]:
    """A sidecar has a secret as text: it would be in the repository, in the state and in every review."""
    for index, sidecar in enumerate(cluster.settings.sidecars):
        texts = {
            "env": [{"name": name, "value": value} for name, value in sidecar.env.items()],
            "args": list(sidecar.args),
            "command": list(sidecar.command),
        }
        for place, what in literal_secrets(texts, ()):
            key, position = place[0], place[1]
            at: Path = ("env", list(sidecar.env)[int(position)]) if key == "env" else (key, position)
            message = f"{what} has a secret as text: it would be in the repository, in the state and in every review"
            remedy = "mount a Secret with `extraVolumes`, and name its file"
            yield cluster.problem(("sidecars", index, *at), message, remedy)


@rule("volume-name", scope="cell", severity="error", source="Platform rule: docs/how-to/run-a-sidecar.md")
def volume_name(cluster: DefinedCluster) -> Iterator[LocatedProblem]:
    """An extra volume has the name of a volume of the operator, of the platform, or of a namespace's device."""
    allocated = cluster.allocation.devices if cluster.allocation else {}
    devices = {device.volume: namespace for namespace, listed in allocated.items() for device in listed}
    for index, extra in enumerate(cluster.settings.extra_volumes):
        if extra.name in OPERATORS_VOLUMES:
            owner = "the operator's own"
        elif extra.name in PLATFORM_VOLUMES:
            owner = "the platform's own"
        elif extra.name in devices:
            owner = f"a device of namespace '{devices[extra.name]}'"
        else:
            continue
        message = f"the volume '{extra.name}' is {owner}: a pod can't have two of this name"
        yield cluster.problem(("extraVolumes", index, "name"), message, "give yours another name")


@rule(
    "volume-container",
    scope="cell",
    severity="error",
    source="AKO 4.5.0, internal/webhook/v1/storage.go: validateAttachment",
)
def volume_container(cluster: DefinedCluster) -> Iterator[LocatedProblem]:
    """An extra volume is mounted in a container that the cluster does not have, or that is the platform's own."""
    known = [SERVER, *(sidecar.name for sidecar in cluster.settings.sidecars)]
    for index, extra in enumerate(cluster.settings.extra_volumes):
        for name in extra.mounts:
            if name not in known:
                why = "is the platform's own" if name in PLATFORM_CONTAINERS else "is not in `sidecars`"
                message = f"the container '{name}' {why}: nothing can be mounted there"
                yield cluster.problem(("extraVolumes", index, "mounts", name), message, f"one of {', '.join(known)}")


@rule(
    "volume-path", scope="cell", severity="error", source="AKO 4.5.0, internal/webhook/v1/storage.go: validateStorage"
)
def volume_path(cluster: DefinedCluster) -> Iterator[LocatedProblem]:
    """An extra volume is mounted at a path that is not absolute, used twice, or not its own."""
    taken: dict[tuple[str, str], str] = {}
    for index, extra in enumerate(cluster.settings.extra_volumes):
        for name, path in extra.mounts.items():
            at = ("extraVolumes", index, "mounts", name)
            closed = closed_by(path) if name == SERVER else ""
            if not FOLDER.fullmatch(path):
                remedy = "begin it with /, without . and .. and without a slash at the end"
                yield cluster.problem(at, f"'{path}' is no absolute path of a folder", remedy)
            elif closed:
                message = f"'{path}' would hide {closed} or be hidden by it, which the server needs"
                yield cluster.problem(at, message, "choose a folder of its own, for instance /opt/extra")
            elif (name, path) in taken:
                message = f"'{path}' is the path of the volume '{taken[name, path]}', too"
                yield cluster.problem(at, message, "give each volume a path of its own")
            taken.setdefault((name, path), extra.name)


def closed_by(path: str) -> str:
    """Return the mount point of the operator or the platform that a volume at ``path`` collides with, or nothing."""
    inside = next((folder for folder in CLOSED_FOLDERS if f"{path}/".startswith(f"{folder}/")), "")
    return inside or next((point for point in MOUNT_POINTS if f"{point}/".startswith(f"{path}/")), "")


@rule("volume-secret", scope="cell", severity="error", source="Platform rule: docs/how-to/run-a-sidecar.md")
def volume_secret(cluster: DefinedCluster) -> Iterator[LocatedProblem]:
    """An extra volume mounts a Secret of the platform: a password, a certificate's key, the feature key."""
    resources = resources_of_team(cluster) if cluster.settings.extra_volumes else []
    for index, extra in enumerate(cluster.settings.extra_volumes):
        name = extra.secret or ""
        of_cluster = any(name == tls_secret(resource) or name.startswith(f"{resource}.user.") for resource in resources)
        if of_cluster or name in (FEATURE_KEY_SECRET, PULL_SECRET):
            message = f"the Secret '{name}' is the platform's: whoever changes the sidecar's image could read it"
            remedy = "make a Secret of your own, with a user of your own in it (`users`)"
            yield cluster.problem(("extraVolumes", index, "secret"), message, remedy)


def resources_of_team(cluster: DefinedCluster) -> list[str]:
    """Return the names of the AerospikeClusters in the cluster's namespace: the Secrets of a cluster begin with its."""
    allocations = cluster.source.allocations
    clusters = allocations.file.clusters if allocations else {}
    return [
        allocation.resource for key, allocation in clusters.items() if key.startswith(f"{cluster.definition.team}/")
    ]


@rule(
    "volume-host-path",
    scope="cell",
    severity="error",
    source="AKO 4.5.0, internal/webhook/v1/storage.go: validateHostPathVolumeReadOnly",
)
def volume_host_path(cluster: DefinedCluster) -> Iterator[LocatedProblem]:
    """A folder of the host is mounted writable: a pod could change its host, and the operator refuses it."""
    for index, extra in enumerate(cluster.settings.extra_volumes):
        if extra.host_path is not None and not extra.read_only:
            message = f"the host's folder '{extra.host_path}' would be writable, which the operator refuses"
            yield cluster.problem(("extraVolumes", index, "hostPath"), message, "write `readOnly: true` beside it")


RULES = rules_in(globals())
