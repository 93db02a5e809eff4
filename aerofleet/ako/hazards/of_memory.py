"""Hazards of the memory that a server counts: its container's, or its host's."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.server_files import SERVER
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, is_in_memory, namespaces, section, texts
from aerofleet.ako.hazards.of_storage import LARGEST_DEVICE_BYTES
from aerofleet.ako.mounts import volume_bytes, volume_under
from aerofleet.findings import Problem, rule, rules_in
from aerofleet.units.kubernetes_quantity import quantity, size_text
from aerofleet.units.version import is_at_least

TRACKED_SINCE = "8.1.2.0"
"""The first server with `cgroup-mem-tracking` (configuration schema 8.1.2)."""


def _tracking(cluster: Cluster) -> Iterator[Rack]:
    """Yield the racks whose servers count the memory of their container."""
    if cluster.version and is_at_least(cluster.version, TRACKED_SINCE):
        for rack in cluster.distinct_racks:
            if section(rack.config, "service").get("cgroup-mem-tracking") is True:
                yield rack


@rule(
    "tracks-no-limit",
    scope="cluster",
    severity="warning",
    remedy="a memory limit for the server's container, equal to its request",
    source=f"{SERVER}, cf/src/os.c: cgroup_mem_info",
)
def tracks_no_limit(cluster: Cluster) -> Iterator[Problem]:
    """The server counts the memory of its container, and the container has no limit. The server then compares with
    the host's memory, and stops writes only when the whole host is full.
    """
    limits = section(cluster.pod_spec, "aerospikeContainer", "resources").get("limits") or {}
    for rack in _tracking(cluster) if "memory" not in limits else ():
        path = cluster.config_path(rack, "service", "cgroup-mem-tracking")
        yield path, "is true, and the container has no memory limit to count against"


@rule(
    "page-cache-counts",
    scope="cluster",
    severity="warning",
    remedy="a memory limit with room for the cache, or devices in place of files",
    source=f"{SERVER}, cf/src/os.c: cgroup_mem_info",
)
def page_cache_counts(cluster: Cluster) -> Iterator[Problem]:
    """The server counts the memory of its container, and the kernel's cache of files is part of it
    (memory.current). stop-writes-sys-memory-pct can stop writes although the kernel would give that memory back.
    """
    for rack in _tracking(cluster):
        for position, name, namespace in namespaces(rack.config):
            engine = section(namespace, "storage-engine")
            path = ("namespaces", position, "storage-engine")
            if engine.get("files"):
                where = "files" if not is_in_memory(namespace) else "files behind memory"
                yield cluster.config_path(rack, *path, "files"), f"the cache of the {where} of {name} counts as used"
            elif engine.get("read-page-cache") is True:
                yield cluster.config_path(rack, *path, "read-page-cache"), f"the reads of {name} fill counted memory"
            if section(namespace, "index-type").get("type") == "flash":
                index = cluster.config_path(rack, "namespaces", position, "index-type")
                yield index, f"the cache of the index of {name} on flash counts as used"


@rule(
    "memory-over-limit",
    scope="cluster",
    severity="severe",
    remedy="a limit above data and indexes, with room for the server itself",
    source="aerospike-server 7.0 to 8.1.2, as/src/storage/drv_mem.c; Linux, memory limit of a control group",
)
def memory_over_limit(cluster: Cluster) -> Iterator[Problem]:
    """Data in memory and the budgets of indexes are larger than the container's limit: the kernel kills the server
    when they fill. From 7.0 on a namespace in memory with devices or files behind it takes as much memory as these
    have.
    """
    limit = section(cluster.pod_spec, "aerospikeContainer", "resources").get("limits") or {}
    for rack in cluster.distinct_racks if "memory" in limit else ():
        total = sum(_taken_bytes(rack, namespace) for _, _, namespace in namespaces(rack.config))
        if total >= quantity(limit["memory"]):
            path = "spec.podSpec.aerospikeContainer.resources.limits.memory"
            yield (
                path,
                f"data in memory and budgets of indexes add up to {size_text(total)}, the limit is {limit['memory']}",
            )
            return


def _taken_bytes(rack: Rack, namespace: Config) -> int:
    """Return the memory for data and indexes of a namespace, as far as its configuration bounds it."""
    engine = section(namespace, "storage-engine")
    sizes = [namespace.get("memory-size", 0), namespace.get("indexes-memory-budget", 0), engine.get("data-size", 0)]
    taken = sum(int(size) for size in sizes if isinstance(size, (int, float)))
    if is_in_memory(namespace):
        taken += _backing_bytes(rack, engine)
    return taken


def _backing_bytes(rack: Rack, engine: Config) -> int:
    """Return the size of the files or devices of a namespace; every one counts as the smallest of them."""
    files, filesize = texts(engine.get("files")), engine.get("filesize")
    if files and isinstance(filesize, (int, float)):
        return len(files) * int(filesize)
    mounted = [volume_under(rack, line.split()[0]) for line in texts(engine.get("devices")) if line.strip()]
    sizes = [min(volume_bytes(volume), LARGEST_DEVICE_BYTES) for volume, _ in filter(None, mounted)]
    return len(sizes) * min(sizes, default=0)


RULES = rules_in(globals())
