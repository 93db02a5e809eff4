"""aerospikeConfig by itself: schema, network, TLS, namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.aerospike.parameters import has_schema
from aerofleet.aerospike.schema import lost_paths
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import (
    PAIRS,
    SHMEM,
    entries,
    is_in_memory,
    is_strongly_consistent,
    namespaces,
    replication_factor,
    section,
    storage_lines,
    texts,
)
from aerofleet.ako.config_schema import is_new, new_faults, schema_faults, schema_version
from aerofleet.ako.operator_files import CONFIG_VALIDATION, LIBRARY, MUTATING_WEBHOOK, VALIDATING_WEBHOOK
from aerofleet.ako.volumes import looks_behind_storage
from aerofleet.findings import Problem, rule
from aerofleet.units.version import Range, passes_floor

MULTI_RECORD = ("mrt-duration", "disable-mrt-writes")
SYSLOG_ONLY = ("facility", "path", "tag")


@rule("schema", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: ValidateAerospikeConfigSchema")
def config_fits_the_schema(cluster: Cluster) -> Iterator[Problem]:
    """An aerospikeConfig has only parameters of this server version, with values they can have."""
    for kind, refused in schema_faults(cluster):
        if not is_new(cluster, kind):
            yield refused


@rule(
    "parameter-without-data", scope="cluster", severity="warning", source="Platform rule: docs/how-to/add-a-release.md"
)
def new_parameters_are_not_known(cluster: Cluster) -> Iterator[Problem]:
    """The nearest older version doesn't have a parameter or choice. It may be new: there is no data to say more."""
    for _, (path, message, _) in new_faults(cluster):
        yield path, message, f"look up whether server {cluster.version} has it"


@rule(
    "ldap-empty-list",
    scope="cluster",
    severity="error",
    source=f"{MUTATING_WEBHOOK}: escapeValue; {CONFIG_VALIDATION}: ValidateAerospikeConfigSchema",
)
def ldap_lists_are_not_empty(cluster: Cluster) -> Iterator[Problem]:
    """A list in security.ldap has an entry: of an empty one the operator makes null, which no parameter can be."""
    for rack in cluster.distinct_racks:
        for key, value in section(rack.config, "security", "ldap").items():
            if value == []:
                path = cluster.config_path(rack, "security", "ldap", key)
                yield path, "is empty: the operator turns it into null, which the schema refuses", "leave it out"


@rule("ipv6", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: ValidateAerospikeConfig")
def ipv6_is_not_advertised(cluster: Cluster) -> Iterator[Problem]:
    """The parameter advertise-ipv6 is not true: the operator doesn't support it."""
    for rack in cluster.distinct_racks:
        if section(rack.config, "service").get("advertise-ipv6") is True:
            yield (
                cluster.config_path(rack, "service", "advertise-ipv6"),
                "the operator doesn't support IPv6",
                "leave it out",
            )


@rule("tls-ca", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: validateNetworkConfig")
def one_kind_of_authority(cluster: Cluster) -> Iterator[Problem]:
    """A TLS entry names its authorities by `ca-file` or by `ca-path`, not both."""
    for path, item in _tls_entries(cluster):
        if "ca-file" in item and "ca-path" in item:
            yield f"{path}.ca-path", "ca-file and ca-path are both set", "take one of them away"


@rule(
    "tls-pair",
    scope="cluster",
    severity="error",
    source=f"{CONFIG_VALIDATION}: validateNetworkConfig",
    operator=Range("4.4.1"),
)
def certificate_and_key_go_together(cluster: Cluster) -> Iterator[Problem]:
    """A TLS entry has both `cert-file` and `key-file`, or neither."""
    for path, item in _tls_entries(cluster):
        if ("cert-file" in item) != ("key-file" in item):
            present, missing = ("cert-file", "key-file") if "cert-file" in item else ("key-file", "cert-file")
            yield f"{path}.{present}", f"{present} without {missing}", f"add {missing}"


@rule("tls-entry", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: validateNetworkConfig")
def tls_entries_are_maps(cluster: Cluster) -> Iterator[Problem]:
    """Every entry of network.tls is a map, and its name a text: the operator's code panics on others."""
    rack = cluster.distinct_racks[0]
    listed = section(rack.config, "network").get("tls")
    for position, item in enumerate(listed if isinstance(listed, list) else ()):
        path = cluster.config_path(rack, "network", "tls", position)
        if not isinstance(item, dict):
            yield path, f"{item!r} is not a map: the operator's code panics", "start the entry with name:"
        elif not isinstance(item.get("name", ""), str):
            yield f"{path}.name", f"{item['name']!r} is not a text: the operator's code panics", "write it in quotes"


def _tls_entries(cluster: Cluster) -> Iterator[tuple[str, dict[str, Any]]]:
    rack = cluster.distinct_racks[0]
    for position, item in enumerate(entries(rack.config, "network", "tls")):
        yield cluster.config_path(rack, "network", "tls", position), item


@rule("tls-name-port", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: validateNetworkConnection")
def tls_name_and_port_go_together(cluster: Cluster) -> Iterator[Problem]:
    """A section with TLS has `tls-name` and `tls-port`, and the name is in network.tls."""
    rack = cluster.distinct_racks[0]
    network = section(rack.config, "network")
    known = {str(item.get("name")) for item in entries(network, "tls")}
    for key, label in PAIRS:
        settings = section(network, key)
        path = cluster.config_path(rack, "network", key)
        name = settings.get("tls-name")
        if name is None:
            for other in sorted(other for other in settings if other.startswith("tls-")):
                yield f"{path}.{other}", f"{label} has {other} but no tls-name", "add tls-name"
            continue
        if settings.get("tls-port") is None:
            yield f"{path}.tls-name", f"{label} has tls-name but no tls-port", "add tls-port"
        if str(name) not in known:
            yield f"{path}.tls-name", f"{name!r} is not in network.tls", "add an entry of that name"


@rule("log-sink", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: validateLoggingConf")
def log_sinks_are_maps(cluster: Cluster) -> Iterator[Problem]:
    """Every entry of logging is a map."""
    for rack in cluster.distinct_racks:
        sinks = rack.config.get("logging")
        for position, sink in enumerate(sinks if isinstance(sinks, list) else ()):
            if not isinstance(sink, dict):
                path = cluster.config_path(rack, "logging", position)
                yield path, f"{sink!r} is not a log sink", "write a map that starts with name:"


@rule("syslog-keys", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: validateLoggingConf")
def only_syslog_has_a_facility(cluster: Cluster) -> Iterator[Problem]:
    """`facility`, `path` and `tag` belong to the sink named `syslog`."""
    for rack in cluster.distinct_racks:
        for position, sink in enumerate(entries(rack.config, "logging")):
            for key in SYSLOG_ONLY:
                if key in sink and sink.get("name") != "syslog":
                    yield (
                        cluster.config_path(rack, "logging", position, key),
                        f"{key} is for syslog only",
                        "leave it out",
                    )


@rule(
    "mrt", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: validateMRTFields", operator=Range("4.0.0")
)
def transactions_need_strong_consistency(cluster: Cluster) -> Iterator[Problem]:
    """`mrt-duration` and `disable-mrt-writes` belong to strongly consistent namespaces."""
    for rack, position, _, namespace in _namespaces(cluster):
        for key in MULTI_RECORD:
            if key in namespace and not is_strongly_consistent(namespace):
                path = cluster.config_path(rack, "namespaces", position, key)
                yield path, f"{key} on a namespace without strong consistency", "leave it out"


@rule("rf-number", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: GetNamespaceReplicationFactor")
def replication_factors_are_numbers(cluster: Cluster) -> Iterator[Problem]:
    """A replication-factor is a number; a list that the schema doesn't see is none."""
    for rack, position, _, namespace in _namespaces(cluster):
        factor = namespace.get("replication-factor", 2)
        if isinstance(factor, bool) or not isinstance(factor, (int, float)):
            path = cluster.config_path(rack, "namespaces", position, "replication-factor")
            yield path, f"{factor!r} is not a number", "write a number, such as 2"


@rule(
    "sc-rf-size", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: validateNamespaceReplicationFactor"
)
def all_copies_have_a_node(cluster: Cluster) -> Iterator[Problem]:
    """A strongly consistent namespace has no more copies than the cluster has pods."""
    for rack, position, _, namespace in _namespaces(cluster):
        factor = replication_factor(namespace)
        if is_strongly_consistent(namespace) and factor > cluster.size:
            path = cluster.config_path(rack, "namespaces", position, "replication-factor")
            yield path, f"{factor} copies on {cluster.size} pods", f"at most {cluster.size}, or a larger size"


@rule("sc-in-memory", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateSCNamespaces")
def strong_consistency_is_not_in_memory(cluster: Cluster) -> Iterator[Problem]:
    """A strongly consistent namespace doesn't have the storage engine `memory`, backed by devices or not."""
    for rack, position, name, namespace in _namespaces(cluster):
        if is_strongly_consistent(namespace) and is_in_memory(namespace):
            path = cluster.config_path(rack, "namespaces", position, "storage-engine", "type")
            yield path, f"{name} is strongly consistent and in memory", "use type device"


@rule("storage-engine", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: validateNamespaceConfig")
def storage_engine_is_given(cluster: Cluster) -> Iterator[Problem]:
    """Every namespace has a storage-engine that isn't null."""
    for rack, position, name, namespace in _namespaces(cluster):
        if namespace.get("storage-engine") is None:
            path = cluster.config_path(rack, "namespaces", position)
            yield path, f"{name} has no storage-engine", "add one of type device or memory"


@rule(
    "lost-parameter",
    scope="cluster",
    severity="warning",
    source=f"{LIBRARY}, asconfig/utils.go: flattenConfList",
)
def nothing_is_lost(cluster: Cluster) -> Iterator[Problem]:
    """A value of aerospikeConfig is outside of a section, or an entry of a list of sections has no name: it never
    reaches the server.
    """
    version = schema_version(cluster.version)
    reported: set[str] = set()
    for rack in cluster.distinct_racks if version else ():
        for lost in lost_paths(rack.config, str(version)):
            path = cluster.config_path(rack, *lost)
            if path not in reported:
                reported.add(path)
                fault = "is in no section" if len(lost) == 1 else "has no name"
                yield path, f"{fault}: the operator drops it silently", "move it where it belongs, or take it out"


@rule("devices-shape", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: validateNamespaceConfig")
def devices_are_a_list(cluster: Cluster) -> Iterator[Problem]:
    """`devices` is a list that isn't empty; an entry is one device, or a device and its shadow."""
    yield from _storage_list_faults(cluster, "devices")


@rule("files-shape", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: validateNamespaceConfig")
def files_are_a_list(cluster: Cluster) -> Iterator[Problem]:
    """`files` is a list that isn't empty; an entry is one file, or a file and its shadow."""
    yield from _storage_list_faults(cluster, "files")


def _storage_list_faults(cluster: Cluster, key: str) -> Iterator[Problem]:
    for rack, position, _, namespace in _namespaces(cluster):
        value = section(namespace, "storage-engine").get(key)
        # A bare text makes every release's code panic, behind the storage engine memory, too.
        if value is None or not (looks_behind_storage(cluster, namespace) or isinstance(value, str)):
            continue
        faults = list(_list_faults(value, key))
        faults += [
            (f"{line!r} names more than a {key[:-1]} and its shadow", "write one path, or two")
            for line in texts(value)
            if len(line.split()) > 2
        ]
        for message, hint in faults:
            yield cluster.config_path(rack, "namespaces", position, "storage-engine", key), message, hint


@rule("index-mounts-shape", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: validateNamespaceConfig")
def mounts_are_a_list(cluster: Cluster) -> Iterator[Problem]:
    """`mounts` of an index on flash or pmem is a list that isn't empty."""
    for rack, position, _, namespace in _namespaces(cluster):
        index = section(namespace, "index-type")
        for message, hint in _list_faults(index.get("mounts"), "mounts") if index.get("type") != SHMEM else ():
            yield cluster.config_path(rack, "namespaces", position, "index-type", "mounts"), message, hint


def _list_faults(value: Any, label: str) -> Iterator[tuple[str, str]]:
    # What is no list of texts at all is the schema's to say; a bare text and an empty list pass there.
    if isinstance(value, str):
        yield f"{label} is a text, not a list", f"write [{value}]"
    elif value == []:
        yield f"{label} is empty", "list at least one"


@rule(
    "device-shared", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: ValidateStorageEngineDeviceList"
)
def devices_belong_to_one_namespace(cluster: Cluster) -> Iterator[Problem]:
    """No device and no file is used twice."""
    for rack in cluster.distinct_racks:
        owners: dict[str, str] = {}
        for position, name, namespace in namespaces(rack.config):
            engine = section(namespace, "storage-engine")
            for key in ("devices", "files"):
                for line in storage_lines(engine, key):
                    if line in owners:
                        path = cluster.config_path(rack, "namespaces", position, "storage-engine", key)
                        yield path, f"{line} is used by {owners[line]} and by {name}", "give every namespace its own"
                    owners[line] = name


@rule(
    "cgroup-mem",
    scope="cluster",
    severity="warning",
    source=f"{VALIDATING_WEBHOOK}: cgroupMemTrackingWarning",
    operator=Range("4.4.0"),
)
def memory_is_counted_per_container(cluster: Cluster) -> Iterator[Problem]:
    """A server of 8.1.2 or later does not count the memory of its container: cgroup-mem-tracking is not true."""
    for rack in cluster.distinct_racks:
        if (
            passes_floor(cluster.version, "8.1.2.0")
            and section(rack.config, "service").get("cgroup-mem-tracking") is not True
        ):
            path = cluster.config_path(rack, "service")
            yield path, "the server counts the host's memory, not the container's", "set cgroup-mem-tracking: true"


@rule("version-without-data", scope="cluster", severity="warning", source="Platform rule: docs/how-to/add-a-release.md")
def parameters_are_of_an_older_version(cluster: Cluster) -> Iterator[Problem]:
    """There is no data for this server version: parameters are checked against the nearest older one."""
    version = schema_version(cluster.version)
    if version is not None and cluster.version and not has_schema(cluster.version):
        message = (
            f"the parameters of server {cluster.version} are not in the tables: they are judged as those of {version}"
        )
        yield "spec.image", message, "compare new parameters with the release notes of that version"


def _namespaces(cluster: Cluster) -> Iterator[tuple[Rack, int, str, dict[str, Any]]]:
    for rack in cluster.distinct_racks:
        for position, name, namespace in namespaces(rack.config):
            yield rack, position, name, namespace
