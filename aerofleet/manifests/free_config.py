"""Check the free mappings of the definitions (`config`, `storageConfig`, `service`, `network`, …): find parameters that
the builder of the server's configuration would override or leave out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aerofleet.aerospike.parameters import data_version, names_in, versions
from aerofleet.features import FEATURES
from aerofleet.files.cluster.network import CONTEXTS
from aerofleet.files.settings import Settings
from aerofleet.files.validation import VALUE, kind_of, nearest
from aerofleet.findings import Finding, Rule, declared
from aerofleet.fleet.defined_cluster import DefinedCluster
from aerofleet.settings.free_maps import free_parameters, reserved
from aerofleet.settings.merge import Path
from aerofleet.units.names import SECRETS_PATH

PARAMETER_OWNED = declared(
    "parameter-owned",
    "A free mapping has a parameter that a typed setting or an allocation decides.",
    scope="cell",
    severity="error",
    source="Platform rule: a parameter has one owner",
)
NETWORK_CONTEXT = declared(
    "network-context",
    "`network` has a part that would not reach the server.",
    scope="cell",
    severity="error",
    source=(
        "Aerospike configuration schemas, 6.0 to 8.2: network; AKO 4.5.0,"
        " internal/webhook/v1/aerospikecluster_validating_webhook.go: validateRackConfig"
    ),
)
FILE_NOT_MOUNTED = declared(
    "file-not-mounted",
    "A parameter of the server names a file that no pod has.",
    scope="cell",
    severity="error",
    source=(
        "AKO 4.5.0, internal/webhook/v1/aerospikecluster_validating_webhook.go:"
        " validateRequiredFileStorageForAerospikeConfig"
    ),
)
RULES = (PARAMETER_OWNED, NETWORK_CONTEXT, FILE_NOT_MOUNTED)

IMAGE_PATHS = ("/etc/ssl/", "/etc/pki/", "/usr/")
"""Folders with files of the server's image, mainly certificate authorities."""


def free_config(cluster: DefinedCluster) -> Iterator[Finding]:
    """Yield the mistakes in the free mappings of a cluster."""
    settings, cell = cluster.settings, cluster.source.cell
    version = known_version(cluster.server_version)
    by_people = cell is not None and cell.file.secret_store.kind != "external-secrets"
    mistakes = [*network_contexts(settings, version), *owned(settings, version)]
    mistakes += files_not_mounted(settings, version, people_fill_secrets=by_people)
    for rule, path, message, hint in mistakes:
        yield rule.finding(*cluster.problem(path, message, hint))


def known_version(version: str) -> str:
    """Return ``version``, or the newest one with data for a channel or release that is not known."""
    try:
        data_version(version)
    except KeyError:
        return versions()[-1]
    return version


Mistake = tuple[Rule[...], Path, str, str]
"""(rule, path of the settings, message, hint)."""


def owned(settings: Settings, version: str) -> Iterator[Mistake]:
    """Yield the parameters that a typed setting or an allocation decides."""
    for context, path, parameters in free_parameters(settings):
        taken = reserved(version, context)
        for parameter in parameters:
            if parameter in taken:
                message = f"{parameter} can't be set here: it would not reach the server"
                yield PARAMETER_OWNED, (*path, parameter), message, taken[parameter]


def network_contexts(settings: Settings, version: str) -> Iterator[Mistake]:
    """Yield the keys below `network` that are no context of the cluster: the builder would leave them out."""
    known = [name for name in CONTEXTS if name in names_in(version, "network")]
    for name, value in settings.network.items():
        path: Path = ("network", name)
        if name == "tls":
            message = "tls can't be set here: it would not reach the server"
            yield PARAMETER_OWNED, path, message, reserved(version, "network")["tls"]
        elif name not in known:
            message = f"server {version} has no network context '{name}' for clusters of this platform"
            yield NETWORK_CONTEXT, path, message, context_hint(name, version, known)
        elif not isinstance(value, Mapping):
            hint = f"write parameters below it: {', '.join(names_in(version, f'network.{name}')[:4])}, …"
            yield VALUE, path, f"is {kind_of(value)}, and has to be a mapping of parameters", hint


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
    mounted = [file for feature in FEATURES for file in feature.server_files(settings)]
    mounted += [f"{SECRETS_PATH}/"] if people_fill_secrets else []
    for context, path, parameters in free_parameters(settings):
        taken = reserved(version, context)
        free = {key: value for key, value in parameters.items() if key not in taken}
        for below, file in named_files(free):
            is_there = any(file.startswith(place) if place.endswith("/") else file == place for place in mounted)
            if file.startswith("/") and not file.startswith(IMAGE_PATHS) and not is_there:
                message = f"nothing mounts the file '{file}' in the pods, and the server does not start without it"
                hint = f"mount it with `extraVolumes`, take it out, or name one of {', '.join(mounted)}"
                yield FILE_NOT_MOUNTED, (*path, *below), message, hint


def named_files(parameters: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield the parameters that name a file the server reads, at any depth."""
    for key, value in parameters.items():
        if isinstance(value, Mapping):
            yield from named_files(value, (*path, key))
        elif key.endswith("-file") and isinstance(value, str):
            yield (*path, key), value
