"""`spec.aerospikeConfig`: the server's configuration, in AKO's YAML form.

AKO fills in node-id, cluster-name, the access addresses and ports and the heartbeat mode. They are left out here: AKO
refuses other values, and equal ones would only hide the decisions of people.

Parameters come from two places: typed settings and allocations, and the free mappings of the definitions (`config`,
`storageConfig`, `service`, …). Typed ones win over free mappings; `free_config` refuses a free mapping that sets
one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerofleet.aerospike.parameters import names_in, versions
from aerofleet.files.choices import StorageKind
from aerofleet.fleet.cluster import Cluster, Namespace, Ports, SetDefinition, Tls
from aerofleet.manifests.volumes import CA_FILE, SECRETS_PATH, TLS_PATH
from aerofleet.units.names import FEATURE_KEY_FILE

CLIENT_CONTEXTS = {"service", "admin"}
Config = dict[str, Any]


def aerospike_config(cluster: Cluster) -> Config:
    config: Config = {
        "service": with_free(typed_service(cluster.min_cluster_size), cluster.service_config),
        "network": network(cluster),
        "namespaces": [namespace(resolved, cluster.server_version) for resolved in cluster.namespaces],
    }
    if cluster.security.enabled:
        config["security"] = dict(cluster.security_config)
    if cluster.logging:
        config["logging"] = [dict(sink) for sink in cluster.logging]
    return config


def with_free(typed: Config, free: Mapping[str, Any]) -> Config:
    """Return ``typed`` with the parameters of ``free`` that it does not have."""
    return {**typed, **{key: value for key, value in free.items() if key not in typed}}


def typed_service(min_cluster_size: int | None) -> Config:
    key = {"feature-key-file": f"{SECRETS_PATH}/{FEATURE_KEY_FILE}"}
    return key if min_cluster_size is None else {**key, "min-cluster-size": min_cluster_size}


def network(cluster: Cluster) -> Config:
    """Return the network context; `free_config` refuses all other contexts in ``network_config``."""
    config: Config = {}
    for name, typed in typed_network(cluster.ports, cluster.security.tls).items():
        if name == "tls":
            config["tls"] = typed
            continue
        free = cluster.network_config.get(name)
        # Clients authenticate with a password; by default the server would require a certificate, too.
        ours = {"tls-authenticate-client": "false"} if cluster.security.tls and name in CLIENT_CONTEXTS else {}
        config[name] = with_free(typed, {**ours, **(free if isinstance(free, Mapping) else {})})
    return config


def typed_network(ports: Ports, tls: Tls | None) -> Config:
    """Return every context with its only port: with TLS it has no plain port."""
    contexts: Config = {
        "service": context(tls, ports.tls_service or ports.service),
        "heartbeat": context(tls, ports.tls_heartbeat or ports.heartbeat),
        "fabric": context(tls, ports.tls_fabric or ports.fabric),
    }
    if ports.admin:
        contexts["admin"] = context(tls, ports.admin)
    if tls:
        contexts["tls"] = [tls_entry(tls)]
    return contexts


def context(tls: Tls | None, port: int) -> Config:
    return {"tls-name": tls.name, "tls-port": port} if tls else {"port": port}


def tls_entry(tls: Tls) -> Config:
    return {
        "name": tls.name,
        "ca-file": f"{TLS_PATH}/{CA_FILE}",
        "cert-file": f"{TLS_PATH}/tls.crt",
        "key-file": f"{TLS_PATH}/tls.key",
    }


def namespace(resolved: Namespace, version: str) -> Config:
    typed: Config = {"name": resolved.name, "replication-factor": resolved.replication_factor}
    if resolved.strong_consistency:
        # Written only if it is on: AKO takes an explicit `false` for a change.
        typed["strong-consistency"] = True
    typed["default-ttl"] = resolved.default_ttl_seconds
    config = with_free({**typed, **memory_limits(resolved, version)}, resolved.config)
    config["storage-engine"] = with_free(typed_storage(resolved, version), resolved.storage_config)
    if resolved.sets:
        config["sets"] = [with_free(typed_set(entry), entry.config) for entry in resolved.sets]
    return config


def memory_limits(resolved: Namespace, version: str) -> Config:
    """Return the namespace's limit of memory under the name in its server version: one for the indexes since 7.1, one
    for indexes and data together before 7.0, none in between.
    """
    known = parameters_of(version, "namespaces")
    if "indexes-memory-budget" in known:
        return {"indexes-memory-budget": resolved.indexes_memory_budget_bytes}
    if "memory-size" in known:
        return {"memory-size": resolved.indexes_memory_budget_bytes + resolved.data_size_bytes}
    return {}


def parameters_of(version: str, path: str) -> tuple[str, ...]:
    """Return the parameters of a context; for a server older than all data, those of the oldest version with data."""
    try:
        return names_in(version, path)
    except KeyError:
        return names_in(versions()[0], path)


def typed_storage(resolved: Namespace, version: str) -> Config:
    if resolved.storage is StorageKind.DEVICE:
        return {"type": "device", "devices": list(resolved.devices)}
    has_size = "data-size" in parameters_of(version, "namespaces.storage-engine")
    return {"type": "memory", **({"data-size": resolved.data_size_bytes} if has_size else {})}


def typed_set(entry: SetDefinition) -> Config:
    return {"name": entry.name}
