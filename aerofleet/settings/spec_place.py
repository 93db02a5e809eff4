"""Map a field of an AerospikeCluster to its setting, so that findings about the resource name the line to change."""

from __future__ import annotations

import re

from pydantic.alias_generators import to_camel

from aerofleet.files.settings import NamespaceSettings
from aerofleet.files.validation import keys_of
from aerofleet.settings.merge import Path

KEY = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
CONTEXTS = {"service": "service", "network": "network", "security": "accessControlConfig", "logging": "logging"}
"""Context of the server's configuration → the setting with its parameters."""
FIELDS = {
    "image": "channel",
    "size": "size",
    "podSpec": "resources",
    "rackConfig": "racks",
    "storage": "namespaces",
    "k8sNodeBlockList": "hostBlocks",
}
NAMED_SETTINGS: dict[Path, Path] = {
    ("aerospikeConfig", "service", "min-cluster-size"): ("minClusterSize",),
    ("rackConfig", "rollingUpdateBatchSize"): ("batches", "rollingUpdate"),
    ("rackConfig", "scaleDownBatchSize"): ("batches", "scaleDown"),
    ("maxUnavailable",): ("batches", "maxUnavailable"),
    ("enableDynamicConfigUpdate",): ("dynamicConfig",),
    ("paused",): ("paused",),
    ("podSpec", "multiPodPerHost"): ("multiPodPerHost",),
    ("podSpec", "sidecars"): ("exporter",),
}
"""Beginning of a field's path below ``spec`` → the setting of its own that makes it."""
OF_NAMESPACE = frozenset(keys_of(NamespaceSettings))


def setting_of(field: str, platform_users: int = 0) -> Path:
    """Return the path of the setting: ``("service", "proto-fd-max")`` for the field
    ``spec.aerospikeConfig.service.proto-fd-max``; empty if the field comes from no setting.

    ``platform_users``: number of the platform's own users, which come before those of the settings.
    """
    spec, *path = [int(index) if index else key for key, index in KEY.findall(field)] or [""]
    if spec != "spec" or not path:
        return ()
    for field_path, setting_path in NAMED_SETTINGS.items():
        if tuple(path[: len(field_path)]) == field_path:
            return setting_path
    if path[0] == "aerospikeConfig" and len(path) > 1:
        return _of_config(path[1:])
    if path[0] == "aerospikeAccessControl":
        return _of_access_control(path[1:], platform_users)
    setting = FIELDS.get(str(path[0]))
    return (setting,) if setting else ()


def _of_access_control(path: list[str | int], platform_users: int) -> Path:
    match path:
        case ["users", int(index), *rest] if index >= platform_users:
            return ("users", index - platform_users, *rest)
        case ["roles", *rest]:
            return ("roles", *rest)
    return ("security", "accessControl")


def _of_config(path: list[str | int]) -> Path:
    context, *rest = path
    if context == "namespaces" and rest:
        return ("namespaces", rest[0], *_of_namespace(rest[1:]))
    setting = CONTEXTS.get(str(context))
    return (setting, *rest) if setting else ()


def _of_namespace(path: list[str | int]) -> Path:
    in_storage = path[:1] == ["storage-engine"]
    path = path[1:] if in_storage else path
    if not path:
        return ("storage",) if in_storage else ()
    key = to_camel(str(path[0]).replace("-", "_"))
    if key == "type":
        return ("storage",)
    if key == "sets" and len(path) > 2 and path[2] != "name":
        return ("sets", path[1], "config", *path[2:])
    if key in OF_NAMESPACE:
        return (key, *path[1:])
    return ("storageConfig" if in_storage else "config", *path)
