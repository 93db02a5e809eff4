"""An aerospikeConfig after the operator's own defaulting, and what the mutating webhook refuses in it.

Source: AKO 4.5.0, mutating webhook (setDefaultAerospikeConfigs).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aerofleet.ako.config import Config
from aerofleet.ako.mutating import (
    ACCESS_FIXED,
    CONSOLE_LOG,
    HEARTBEAT_MESH,
    NAMESPACE_LIST,
    NETWORK_REQUIRED,
    PORT_NUMBER,
    RACK_ID,
    SECURITY_MAP,
    SERVICE_FIXED,
)
from aerofleet.findings import Finding, Rule

NODE_ID = "ENV_NODE_ID"
"""The operator's placeholder for the node id: each pod fills in its own."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What the defaulting of an aerospikeConfig reads of its cluster, and the refusals that it adds to.

    ``client_name`` is the operator's own name as a TLS client, if it has one.
    """

    name: str
    rack_namespaces: list[str]
    client_name: Any
    refusals: list[Finding]

    def refuse(self, rule: Rule[...], path: str, message: str, remedy: str = "") -> None:
        """Add a refusal; one of a configuration that several racks share comes once."""
        finding = rule.finding(path, message, remedy)
        if finding not in self.refusals:
            self.refusals.append(finding)


def default_config(owner: Owner, config: Config, path: str, rack_id: int | None) -> Config:
    config = with_rack_ids(owner, _checked_namespaces(owner, config, path), path, rack_id)
    config = _with_service(owner, config, path)
    config = _with_network(owner, config, path)
    config = _with_logging(owner, config, path)
    if "security" in config and not isinstance(config["security"], dict):
        hint = "write security: {} to switch it on"
        owner.refuse(SECURITY_MAP, f"{path}.security", "security is not a map of parameters", hint)
    return config


def _checked_namespaces(owner: Owner, config: Config, path: str) -> Config:
    namespaces = config.get("namespaces")
    if not isinstance(namespaces, list) or not namespaces:
        fault = (
            "is missing"
            if "namespaces" not in config
            else "is empty"
            if namespaces in (None, [], {})
            else "is not a list"
        )
        owner.refuse(
            NAMESPACE_LIST,
            f"{path}.namespaces",
            f"namespaces {fault}",
            "write a list with one entry for each namespace",
        )
    else:
        for position, namespace in enumerate(namespaces):
            if not isinstance(namespace, dict):
                where = f"{path}.namespaces[{position}]"
                owner.refuse(NAMESPACE_LIST, where, "a namespace is a map of parameters", "start it with name:")
    return config


def with_rack_ids(owner: Owner, config: Config, path: str, rack_id: int | None) -> Config:
    """Return the configuration with the rack's id in rack-aware namespaces, and without a rack-id in all others."""
    namespaces = config.get("namespaces")
    if not isinstance(namespaces, list):
        return config
    aware = owner.rack_namespaces if rack_id is not None else []
    changed: list[Any] = []
    for position, namespace in enumerate(namespaces):
        kept = namespace
        if isinstance(namespace, dict) and (namespace.get("name") in aware or "rack-id" in namespace):
            rest = {key: value for key, value in namespace.items() if key != "rack-id"}
            if namespace.get("name") in aware:
                written_id = namespace.get("rack-id", rack_id)
                if written_id not in (0, rack_id):
                    where = f"{path}.namespaces[{position}].rack-id"
                    hint = "leave it out: the operator writes the rack's own id"
                    owner.refuse(RACK_ID, where, f"rack-id {written_id} is not the rack's id {rack_id}", hint)
                rest["rack-id"] = rack_id
            kept = rest
        changed.append(kept)
    return {**config, "namespaces": changed}


def _with_fixed(owner: Owner, written: Config, fixed: Config, path: str, rule: Rule[...]) -> Config:
    for key, value in fixed.items():
        if key in written and written[key] != value:
            message = f"{key} {written[key]!r} is not allowed: the operator sets {value!r}"
            owner.refuse(rule, f"{path}.{key}", message, "leave it out")
    return {**written, **fixed}


def _with_service(owner: Owner, config: Config, path: str) -> Config:
    service = config.get("service", {})
    if not isinstance(service, dict):
        owner.refuse(SERVICE_FIXED, f"{path}.service", "service is not a map of parameters", "write service: {}")
        return config
    fixed = {"node-id": NODE_ID, "cluster-name": owner.name}
    return {**config, "service": _with_fixed(owner, service, fixed, f"{path}.service", SERVICE_FIXED)}


def _with_network(owner: Owner, config: Config, path: str) -> Config:
    written = config.get("network")
    where = f"{path}.network"
    if not isinstance(written, dict):
        owner.refuse(
            NETWORK_REQUIRED,
            where,
            "network is missing or not a map",
            "it needs service, heartbeat and fabric",
        )
        return config
    network = dict(written)
    for key in ("service", "heartbeat", "fabric", "admin"):
        # Only admin may be left out; a fabric of another kind is left to the schema, as the operator leaves it.
        is_fine = key == "fabric" or isinstance(network[key], dict) if key in network else key == "admin"
        if not is_fine:
            message = f"network.{key} is {'not a map' if key in network else 'missing'}"
            owner.refuse(NETWORK_REQUIRED, f"{where}.{key}", message, "give it at least a port")
    for key, defaulted in (("service", _with_access), ("heartbeat", _with_mesh)):
        if isinstance(network.get(key), dict):
            network[key] = defaulted(owner, network[key], f"{where}.{key}")
    return {**config, "network": network}


def _with_mesh(owner: Owner, heartbeat: Config, path: str) -> Config:
    return _with_fixed(owner, heartbeat, {"mode": "mesh"}, path, HEARTBEAT_MESH)


def _with_access(owner: Owner, written: Config, path: str) -> Config:
    """Return network.service with the operator's published addresses and ports; the ports are those of the server."""
    service = dict(written)
    if not isinstance(written.get("tls-name", ""), str):
        message = f"tls-name {written['tls-name']!r} is not a text: the operator's code panics"
        owner.refuse(PORT_NUMBER, f"{path}.tls-name", message, "write the name of an entry of network.tls")
        return service
    for prefix in ("", "tls-"):
        keys = [f"{prefix}{way}" for way in ("access", "alternate-access")]
        is_read = f"{prefix}port" in written and (not prefix or "tls-name" in written)
        port = written[f"{prefix}port"] if is_read else 0
        if not isinstance(port, (int, float)) or isinstance(port, bool):
            message = f"{prefix}port {port!r} is not a number: the operator's code panics"
            owner.refuse(PORT_NUMBER, f"{path}.{prefix}port", message, "write a number, without quotes")
            continue
        if not is_read or (prefix and not written["tls-name"]):
            for key in keys:
                service.pop(f"{key}-port", None)
                service.pop(f"{key}-addresses", None)
            continue
        # The operator counts ports in 32 bits; what does not fit becomes the least number of them.
        port = int(port) if -(2**31) <= port < 2**31 else -(2**31)
        fixed: Config = {f"{prefix}port": port}
        for key in keys:
            fixed |= {f"{key}-port": port, f"{key}-addresses": [f"<{key}-address>"]}
        service = _with_fixed(owner, service, fixed, path, ACCESS_FIXED)
    if "tls-name" in written:
        service["tls-authenticate-client"] = _client_names(owner, written.get("tls-authenticate-client", "any"))
    return service


def _client_names(owner: Owner, names: Any) -> Any:
    name = owner.client_name
    if isinstance(names, list) and name and name not in names:
        return [*names, name]
    return names


def _with_logging(owner: Owner, config: Config, path: str) -> Config:
    sinks = config.get("logging", [])
    # The operator looks no further than the console: sinks behind it are left to the schema.
    for sink in sinks if isinstance(sinks, list) else [None]:
        if not isinstance(sink, dict):
            hint = "write a list of maps that start with name:"
            owner.refuse(CONSOLE_LOG, f"{path}.logging", "logging is not a list of sinks", hint)
            return config
        if sink.get("name") == "console":
            return config
    return {**config, "logging": [*sinks, {"name": "console", "any": "info"}]}
