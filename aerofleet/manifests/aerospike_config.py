"""`spec.aerospikeConfig`: what the server is told, in AKO's YAML form.

Nothing that AKO fills in stands here (node-id, cluster-name, the access addresses and ports, the heartbeat mode): it
would refuse other values, and equal ones would only blur what a person decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerofleet.manifests.volumes import CA_FILE, SECRETS_PATH, TLS_PATH
from aerofleet.model.names import FEATURE_KEY_FILE
from aerofleet.model.resolved import Cluster, Namespace, StorageKind, Tls

CLIENT_CONTEXTS = {"service", "admin"}


def aerospike_config(cluster: Cluster) -> dict[str, Any]:
    config: dict[str, Any] = {
        "service": {"feature-key-file": f"{SECRETS_PATH}/{FEATURE_KEY_FILE}", **cluster.service_config},
        "network": network(cluster),
        "namespaces": [namespace(each) for each in cluster.namespaces],
    }
    if cluster.security.enabled:
        config["security"] = dict(cluster.security_config)
    if cluster.logging:
        config["logging"] = [dict(sink) for sink in cluster.logging]
    return config


def network(cluster: Cluster) -> dict[str, Any]:
    """One port for each context: with TLS there is no plain one beside it."""
    ports, tls = cluster.ports, cluster.security.tls
    contexts = {
        "service": context(tls, ports.tls_service or ports.service),
        "heartbeat": context(tls, ports.tls_heartbeat or ports.heartbeat),
        "fabric": context(tls, ports.tls_fabric or ports.fabric),
    }
    if ports.admin:
        contexts["admin"] = context(tls, ports.admin)
    if tls:
        # Clients prove themselves with a password; the server would otherwise ask them for a certificate, too.
        for name in contexts.keys() & CLIENT_CONTEXTS:
            contexts[name]["tls-authenticate-client"] = "false"
    merged = {name: {**keys, **as_mapping(cluster.network_config.get(name))} for name, keys in contexts.items()}
    return {**merged, **({"tls": [tls_entry(tls)]} if tls else {})}


def context(tls: Tls | None, port: int) -> dict[str, Any]:
    return {"tls-name": tls.name, "tls-port": port} if tls else {"port": port}


def as_mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def tls_entry(tls: Tls) -> dict[str, Any]:
    return {
        "name": tls.name,
        "ca-file": f"{TLS_PATH}/{CA_FILE}",
        "cert-file": f"{TLS_PATH}/tls.crt",
        "key-file": f"{TLS_PATH}/tls.key",
    }


def namespace(each: Namespace) -> dict[str, Any]:
    config: dict[str, Any] = {"name": each.name, "replication-factor": each.replication_factor}
    if each.strong_consistency:
        # Written only where it is on: AKO takes a written-out `false` for a change of it.
        config["strong-consistency"] = True
    config["default-ttl"] = each.default_ttl_seconds
    config["indexes-memory-budget"] = each.indexes_memory_budget_bytes
    config |= each.config
    config["storage-engine"] = storage_engine(each)
    if each.sets:
        config["sets"] = [{"name": entry.name, **entry.config} for entry in each.sets]
    return config


def storage_engine(each: Namespace) -> dict[str, Any]:
    if each.storage is StorageKind.MEMORY:
        return {"type": "memory", "data-size": each.data_size_bytes, **each.storage_config}
    return {"type": "device", "devices": list(each.devices), **each.storage_config}
