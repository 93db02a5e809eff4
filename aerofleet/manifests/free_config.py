"""Check the free mappings of the definitions (`config`, `storageConfig`, `service`, `network`, …): find parameters that
the builder of the server's configuration would override or leave out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from aerofleet.aerospike.parameters import data_version, names_in, versions
from aerofleet.files.choices import StorageKind
from aerofleet.files.settings import Settings
from aerofleet.files.validation import kind_of, nearest, written
from aerofleet.findings import Finding
from aerofleet.fleet.cluster import Namespace, Ports, SetDefinition, Tls
from aerofleet.fleet.resolve import Resolution, at_cluster, origin_locator, server_version
from aerofleet.manifests.aerospike_config import namespace, typed_network, typed_service, typed_set
from aerofleet.manifests.volumes import CA_FILE, SECRETS_PATH, TLS_PATH
from aerofleet.settings.merge import Path
from aerofleet.settings.spec_place import setting_of
from aerofleet.units.names import FEATURE_KEY_FILE, FEATURE_KEY_SECRET

IN_NAMESPACE, IN_STORAGE, IN_SET, IN_SERVICE, IN_NETWORK = "namespace", "storage-engine", "set", "service", "network"
GENERATED = "`aerofleet generate` writes it to allocations.yaml"
BY_HAND = {
    (IN_SERVICE, "feature-key-file"): f"put the key in the Secret {FEATURE_KEY_SECRET}, which is mounted there",
    (IN_SERVICE, "min-cluster-size"): "write `minClusterSize` instead",
    (IN_NETWORK, "port"): GENERATED,
    (IN_NETWORK, "tls-port"): GENERATED,
    (IN_NETWORK, "tls-name"): f"{GENERATED}, and `security.tls` turns TLS on and off",
    (
        IN_NAMESPACE,
        "memory-size",
    ): "write `indexesMemoryBudget` and, with storage in memory, `dataSize` instead: it is both",
    (IN_NAMESPACE, "rack-id"): "take it out: the operator writes the id of each rack, from allocations.yaml",
    (IN_SET, "name"): "rename the entry of `sets` itself",
}
"""(place, parameter) → hint for a parameter without a setting of the same meaning."""
TAKEN_OUT_BY_OPERATOR = frozenset({"rack-id"})
"""Parameters that the operator replaces in the common configuration by those of each rack (AKO 4.5.0)."""
CONTEXTS = tuple(typed_network(Ports(1, 1, 1, admin=1), None))
IMAGE_PATHS = ("/etc/ssl/", "/etc/pki/", "/usr/")
"""Folders with files of the server's image, mainly certificate authorities."""
FEATURE_KEY = f"{SECRETS_PATH}/{FEATURE_KEY_FILE}"
TLS_FILES = tuple(f"{TLS_PATH}/{name}" for name in ("tls.crt", "tls.key", CA_FILE))


class FreeMapping(NamedTuple):
    """One free mapping. ``place``: one of the constants above, or empty if the builder writes no parameters there;
    ``path``: its path in the settings."""

    place: str
    path: Path
    parameters: Mapping[str, Any]


def free_config(resolution: Resolution) -> Iterator[Finding]:
    """Yield the mistakes in the free mappings of every cluster whose settings could be read."""
    source = resolution.source
    if source is None:
        return
    for cluster in source.clusters:
        resolved = resolution.settings.get(cluster.key)
        if resolved is None:
            continue
        settings, locate = resolved.settings, origin_locator(resolved.merged, cluster)
        version = known_version(server_version(source, settings))
        by_people = source.cell is not None and source.cell.file.secret_store.kind != "external-secrets"
        mistakes = [*network_contexts(settings, version), *owned(settings, version)]
        mistakes += files_not_mounted(settings, version, people_fill_secrets=by_people)
        for rule, path, message, hint in mistakes:
            yield at_cluster(Finding(rule, "error", written(path), message, hint, locate(path)), cluster)


def known_version(version: str) -> str:
    """Return ``version``, or the newest one with data for a channel or release that is not known."""
    try:
        data_version(version)
    except KeyError:
        return versions()[-1]
    return version


Mistake = tuple[str, Path, str, str]
"""(rule, path of the settings, message, hint)."""


def free_mappings(settings: Settings) -> Iterator[FreeMapping]:
    """Yield every free mapping of a cluster whose parameters go to the server."""
    yield FreeMapping(IN_SERVICE, ("service",), settings.service)
    for context, parameters in settings.network.items():
        if context in CONTEXTS and isinstance(parameters, Mapping):
            yield FreeMapping(IN_NETWORK, ("network", context), parameters)
    yield FreeMapping("", ("accessControlConfig",), settings.access_control_config)
    for index, space in enumerate(settings.namespaces):
        path = ("namespaces", index)
        yield FreeMapping(IN_NAMESPACE, (*path, "config"), space.config)
        yield FreeMapping(IN_STORAGE, (*path, "storageConfig"), space.storage_config)
        for position, entry in enumerate(space.sets):
            yield FreeMapping(IN_SET, (*path, "sets", position, "config"), entry.config)


def owned(settings: Settings, version: str) -> Iterator[Mistake]:
    """Yield the parameters that a typed setting or an allocation decides."""
    for place, path, parameters in free_mappings(settings):
        for parameter in parameters:
            if parameter in owned_parameters(version).get(place, ()):
                message = f"{parameter} can't be set here: it would not reach the server"
                yield "parameter-owned", (*path, parameter), message, owner_of(place, parameter)


@lru_cache(maxsize=64)
def owned_parameters(version: str) -> Mapping[str, frozenset[str]]:
    """Return place → the parameters that the builder itself writes there for a server version."""
    built = [namespace(exemplar(storage), version) for storage in StorageKind]
    networks = [typed_network(Ports(1, 1, 1, admin=1), tls) for tls in (None, Tls("name", "secret"))]
    contexts = [context for network in networks for context in network.values() if isinstance(context, Mapping)]
    return {
        IN_SERVICE: frozenset(typed_service(min_cluster_size=1)),
        IN_NETWORK: frozenset(key for context in contexts for key in context),
        IN_NAMESPACE: frozenset(key for config in built for key in config) | TAKEN_OUT_BY_OPERATOR,
        IN_STORAGE: frozenset(key for config in built for key in config["storage-engine"]),
        IN_SET: frozenset(typed_set(SetDefinition("name"))),
    }


def exemplar(storage: StorageKind) -> Namespace:
    """Return a namespace with every typed setting in use."""
    return Namespace("name", 1, True, storage, ("/dev/a",), 1, 1, 1, (SetDefinition("name"),))


def owner_of(place: str, parameter: str) -> str:
    """Return a hint: what to write instead."""
    by_hand = BY_HAND.get((place, parameter))
    if by_hand:
        return by_hand
    in_storage = "storage-engine." if place == IN_STORAGE else ""
    setting = setting_of(f"spec.aerospikeConfig.namespaces[0].{in_storage}{parameter}")[2]
    beside = " and `storageConfig`" if parameter == IN_STORAGE else ""
    return f"write `{setting}`{beside} of the namespace instead"


def network_contexts(settings: Settings, version: str) -> Iterator[Mistake]:
    """Yield the keys below `network` that are no context of the cluster: the builder would leave them out."""
    known = [name for name in CONTEXTS if name in names_in(version, "network")]
    for name, value in settings.network.items():
        path: Path = ("network", name)
        if name == "tls":
            hint = "write `security: {tls: true}`; certificate and key come from the cluster's Secret"
            yield "parameter-owned", path, "tls can't be set here: it would not reach the server", hint
        elif name not in known:
            message = f"server {version} has no network context '{name}' for clusters of this platform"
            yield "network-context", path, message, context_hint(name, version, known)
        elif not isinstance(value, Mapping):
            hint = f"write parameters below it: {', '.join(names_in(version, f'network.{name}')[:4])}, …"
            yield "definition-value", path, f"is {kind_of(value)}, and has to be a mapping of parameters", hint


def context_hint(name: str, version: str, known: list[str]) -> str:
    """Return the context that a parameter belongs to, or the one that ``name`` is meant for."""
    holding = [context for context in known if name.rpartition(".")[2] in names_in(version, f"network.{context}")]
    if holding:
        return f"'{name}' is a parameter: write it below {' or '.join(holding)}"
    return nearest(name, known)


def files_not_mounted(settings: Settings, version: str, *, people_fill_secrets: bool) -> Iterator[Mistake]:
    """Yield the files that a parameter names and that no pod has: the server does not start without them.

    If people fill the Secrets themselves, that of the feature key may have further files.
    """
    mounted = (FEATURE_KEY, *(TLS_FILES if settings.security.tls else ()))
    for place, path, parameters in free_mappings(settings):
        typed = owned_parameters(version).get(place, frozenset())
        free = {key: value for key, value in parameters.items() if key not in typed}
        for below, file in named_files(free):
            is_there = file in mounted or (people_fill_secrets and file.startswith(f"{SECRETS_PATH}/"))
            if file.startswith("/") and not file.startswith(IMAGE_PATHS) and not is_there:
                message = f"nothing mounts the file '{file}' in the pods, and the server does not start without it"
                hint = f"no setting mounts a file of yours: take it out, or name one of {', '.join(mounted)}"
                yield "file-not-mounted", (*path, *below), message, hint


def named_files(parameters: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield the parameters that name a file the server reads, at any depth."""
    for key, value in parameters.items():
        if isinstance(value, Mapping):
            yield from named_files(value, (*path, key))
        elif key.endswith("-file") and isinstance(value, str):
            yield (*path, key), value
