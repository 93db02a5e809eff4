"""Hazards of the server's start: faults that show only when a server restarts, or that the host decides as well."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from aerofleet.aerospike.server import START_RULES
from aerofleet.aerospike.server.file import read
from aerofleet.aerospike.server_files import CONFIG, SERVER
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import entries, namespaces, section, texts
from aerofleet.ako.pairs import config_path_of
from aerofleet.ako.refused_starts import later_refusals
from aerofleet.ako.restart import Restarts
from aerofleet.ako.volumes import path_of, volumes
from aerofleet.findings import Finding, Problem, rule, rules_in
from aerofleet.units.kubernetes_quantity import quantity

DEFAULT_OPEN_FILES = 15000
"""Source: aerospike-server, the default of proto-fd-max."""

UNEQUAL_BYTES = 8 << 20
"""By how much devices of a namespace may differ. Source: aerospike-server, cfg.c (cfg_best_practices_check)."""

IMAGE_FOLDERS = frozenset(
    ["/dev", "/opt/aerospike", "/opt/aerospike/usr/udf/lua", "/tmp", "/var/log", "/var/log/aerospike"]  # noqa: S108
)
"""Folders of the server's image that a log or a module may lie in. Source: aerospike-server.docker."""


@rule(
    "start-fails-later",
    scope="change",
    severity="severe",
    remedy="a value with which the server starts, in a change of its own",
    source=f"{CONFIG}: as_config_init, as_config_post_process",
)
def start_fails_later(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """Servers refuse the configuration at their next start, whatever causes it. Nothing shows before; then the
    server stays away, and so does every server that restarts after it.
    """
    yield from later_refusals(old, new, restarts)


@rule(
    "more-open-files",
    scope="change",
    severity="warning",
    remedy="a look at the nofile limit of the container runtime, which the operator can't set",
    source=f"{SERVER}, as/src/base/service.c: as_service_set_proto_fd_max",
)
def more_open_files(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The value of proto-fd-max grows. A server refuses a value above the limit of open files of its container live,
    and does not start with it.
    """
    for restart in restarts.racks:
        was, now = (
            section(rack.config, "service").get("proto-fd-max", DEFAULT_OPEN_FILES)
            for rack in (restart.before, restart.rack)
        )
        if isinstance(was, (int, float)) and isinstance(now, (int, float)) and now > max(was, DEFAULT_OPEN_FILES):
            path = config_path_of(new, restart.before, restart.rack, "service.proto-fd-max")
            yield path, f"{was} becomes {now}: each container must be allowed as many open files"


@rule(
    "missing-folder",
    scope="cluster",
    severity="severe",
    remedy="a volume that is mounted at the folder itself, or one of the image's own folders",
    source=(
        f"{SERVER}, cf/src/log.c: cf_log_activate_sinks; {SERVER}, as/src/base/as.c: validate_directory;"
        " Measured: aerospike-server 8.1.1"
    ),
)
def missing_folder(cluster: Cluster) -> Iterator[Problem]:
    """The folder of a log or of the Lua modules is missing. The server makes neither, and does not start without
    them. A volume hides the image's folders below its path.
    """
    for rack in cluster.distinct_racks:
        mounted = {path_of(volume).rstrip("/") for volume in volumes(rack)} - {""}
        hidden = {
            folder for folder in IMAGE_FOLDERS if any(folder.startswith(f"{path}/") for path in mounted - WORK_FOLDERS)
        }
        for keys, folder, what in _folders(rack):
            if folder not in (IMAGE_FOLDERS - hidden) | mounted:
                yield cluster.config_path(rack, *keys), f"{what} is in {folder}, which no volume and no image has"


WORK_FOLDERS = frozenset(["/opt/aerospike"])
"""The operator's init container makes the folders that a server wants in its work directory."""


def _folders(rack: Rack) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    for position, sink in enumerate(entries(rack.config, "logging")):
        name = sink.get("name")
        if isinstance(name, str) and name.startswith("/"):
            yield ("logging", position, "name"), posixpath.dirname(name), f"the log {name}"
    path = section(rack.config, "mod-lua").get("user-path")
    if isinstance(path, str):
        yield ("mod-lua", "user-path"), path.rstrip("/"), "the path of the Lua modules"


@rule(
    "unequal-devices",
    scope="cluster",
    severity="severe",
    remedy="devices of one size, or enforce-best-practices: false",
    source=f"{CONFIG}: cfg_best_practices_check",
)
def unequal_devices(cluster: Cluster) -> Iterator[Problem]:
    """With enforce-best-practices a server does not start where devices of a namespace differ by more than 8 MiB."""
    for rack in cluster.distinct_racks:
        if section(rack.config, "service").get("enforce-best-practices") is not True:
            continue
        sizes = {
            path_of(volume): quantity(section(volume, "source", "persistentVolume").get("size") or 0)
            for volume in volumes(rack)
        }
        for position, name, namespace in namespaces(rack.config):
            lines = texts(section(namespace, "storage-engine").get("devices"))
            known = [
                sizes[device] for device in (line.split()[0] for line in lines if line.split()) if sizes.get(device)
            ]
            if known and max(known) - min(known) > UNEQUAL_BYTES:
                path = cluster.config_path(rack, "namespaces", position, "storage-engine", "devices")
                smallest, largest = (float(size / 2**30) for size in (min(known), max(known)))
                yield path, f"devices of {name} have {smallest:g} to {largest:g} GiB"


HOST_RULES = tuple(rule for rule in START_RULES if rule.severity == "severe")
"""Start rules whose outcome the host decides as well."""

HOST_PARAMETERS = ("enforce-best-practices", "proto-fd-max")
"""Parameters of ``service`` that these rules read."""


def host_findings(cluster: Cluster) -> list[Finding]:
    """Return the findings of the start rules whose outcome the host decides, at the cluster's paths."""
    return list(_host_findings(cluster))


def _host_findings(cluster: Cluster) -> Iterator[Finding]:
    for rack in cluster.distinct_racks:
        service = section(rack.config, "service")
        written: dict[str, Any] = {key: service[key] for key in HOST_PARAMETERS if key in service}
        if not written:
            continue
        reading = read(cluster.version, {"service": written})
        for host_rule in HOST_RULES:
            for fault in host_rule.faults(reading):
                yield fault.finding(cluster.config_path(rack, *fault.path))


RULES = rules_in(globals())
