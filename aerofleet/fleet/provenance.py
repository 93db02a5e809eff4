"""The origin of every value of a cluster: a layer of its settings, `allocations.yaml`, `cell.yaml` or the sizing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aerofleet.findings import Location
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import SecretReference
from aerofleet.fleet.resolve import Resolution, ResolvedSettings, is_paused_by_upgrade, pool_models
from aerofleet.settings.layers import DEFAULTS
from aerofleet.settings.merge import Origin, Path
from aerofleet.settings.source import CellSource, ClusterDefinition
from aerofleet.settings.template import inputs_of, is_template
from aerofleet.units.amount import amount
from aerofleet.units.field_path import dotted

SIZED_BY = ("workload", "racks", "resources", "namespaces", "pools.yaml", "hosts.yaml")
ALLOCATED = "allocated"
"""Prefix of the values that `allocations.yaml` has for a cluster."""
SECRETS = "secrets"
PURPOSES = {
    "feature-key": "feature key of the server",
    "registry": "login of the registry",
    "tls": "certificate, key and authority for TLS",
    "user-password": "password of a user",
    "exporter-password": "password of the exporter",
}
"""Purpose of a Secret → its name in output."""
SIZING = "sizing"
"""Prefix of the figures behind a size: what a node needs at the end of the time that is planned for."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One value with its origin. ``aliases``: other ways to write its path; ``overrode``: what it replaced, oldest
    first; ``formula`` is the template that made the value, ``inputs`` the names it read; ``notes`` are further lines.
    """

    path: str
    value: Any
    layer: str
    location: Location
    overrode: tuple[Origin, ...] = ()
    formula: str = ""
    inputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def is_at(self, path: str) -> bool:
        """Return whether this is the value at ``path`` or a value below it."""
        below = (path + ".", path + "[")
        return not path or any(known == path or known.startswith(below) for known in (self.path, *self.aliases))


def explain_cluster(resolution: Resolution, key: str) -> list[Explained]:
    """Return every value of cluster ``key`` (TEAM/CLUSTER) in the order of its layers; none if it is not resolved."""
    source = resolution.source
    cluster = source.cluster(key) if source else None
    resolved = resolution.settings.get(key)
    if source is None or cluster is None or resolved is None:
        return []
    return [
        *_own(cluster, resolved),
        *(_paused_by_upgrade(source, cluster, explained) for explained in _settings(resolved)),
        *_cell(source, resolved),
        *_allocated(source, key),
        *_secrets(resolution, cluster),
    ]


def _own(cluster: ClusterDefinition, resolved: ResolvedSettings) -> Iterator[Explained]:
    locate = cluster.document.locate
    yield Explained("tier", resolved.tier.reference, "team", locate((*cluster.place, "tier")))
    yield Explained("state", cluster.file.state.value, "team", locate((*cluster.place, "state")))


def _settings(resolved: ResolvedSettings) -> Iterator[Explained]:
    merged = resolved.merged
    gone = [(path, None) for path, origin in merged.origins.items() if origin.value is None]
    for path, value in [*leaves(merged.data), *gone]:
        origin = merged.origin(path)
        if origin is None or path[0] == DEFAULTS:
            continue  # the defaults of namespaces are shown at each namespace, where they count
        formula, inputs = formula_of(resolved, path, origin)
        pinnable = path == ("size",) and bool(resolved.size_formula)
        yield Explained(
            dotted(path),
            value,
            origin.layer.name,
            origin.location,
            origin.overrode,
            formula,
            inputs,
            (named(merged.data, path),),
            (f"to keep this size while another setting changes, write `size: {value}` first",) if pinnable else (),
        )


def _paused_by_upgrade(source: CellSource, cluster: ClusterDefinition, explained: Explained) -> Explained:
    """Return ``paused`` as true while an upgrade of the operator pauses the cluster; any other value unchanged."""
    if explained.path != "paused" or source.cell is None or not is_paused_by_upgrade(source, cluster):
        return explained
    where = source.cell.document.locate(("operator", "phase"))
    return replace(explained, value=True, layer="cell: the phase of the operator's upgrade", location=where)


def formula_of(resolved: ResolvedSettings, path: Path, origin: Origin) -> tuple[str, tuple[str, ...]]:
    """Return the formula behind a value and the names that it reads; both empty if the value itself was written."""
    if path == ("size",) and resolved.size_formula:
        return resolved.size_formula, SIZED_BY
    if is_template(origin.value):
        return origin.value, inputs_of(origin.value)
    return "", ()


def _cell(source: CellSource, resolved: ResolvedSettings) -> Iterator[Explained]:
    """Yield the values that `cell.yaml` sets for all its clusters, among them the version of the cluster's channel."""
    if source.cell is None:
        return
    file, locate = source.cell.file, source.cell.document.locate
    channel = resolved.settings.channel
    if channel in file.server.channels:
        place = ("server", "channels", channel)
        yield Explained("serverVersion", file.server.channels[channel], "cell", locate(place))
    yield Explained("registry", file.server.registry, "cell", locate(("server", "registry")))
    yield Explained("initImage", file.server.init_image, "cell", locate(("server", "initImage")))
    yield Explained("networkProfile", file.network.value, "cell", locate(("network",)))


def _allocated(source: CellSource, key: str) -> Iterator[Explained]:
    if source.allocations is None or key not in source.allocations.file.clusters:
        return
    allocation = source.allocations.file.clusters[key].model_dump(mode="json", by_alias=True)
    locate = source.allocations.document.locate
    for path, value in leaves(allocation):
        yield Explained(f"{ALLOCATED}.{dotted(path)}", value, "allocations", locate(("clusters", key, *path)))


def _secrets(resolution: Resolution, cluster: ClusterDefinition) -> Iterator[Explained]:
    """Yield the Secrets that the cluster needs and their keys; with the store `existing`, people make them."""
    cell = resolution.cell
    clusters = cell.clusters if cell else ()
    built = next((built for built in clusters if built.key == cluster.key), None)
    where = cluster.document.locate(cluster.place)
    for secret in built.secrets if cell and built else ():
        notes = tuple(source_of_secret(cell, built.namespace, secret)) if cell and built else ()
        yield Explained(
            f"{SECRETS}.{secret.name}", list(secret.keys), f"Secret: {PURPOSES[secret.purpose]}", where, notes=notes
        )


def source_of_secret(cell: Cell, namespace: str, secret: SecretReference) -> Iterator[str]:
    """Yield where the values of a Secret come from, and the command that checks it."""
    store = cell.secret_store
    kind = "secret"
    if store.kind == "external-secrets":
        kind = "externalsecret"
        properties = ", ".join(key.removeprefix(".") for key in secret.keys)
        yield f"from the store {store.store}: path {secret.remote_path}, with {properties}"
    elif store.kind == "existing":
        yield "made by people: nothing here makes it"
    else:
        yield "made with random values by `make up`"
    yield f"check: kubectl --context {cell.context} -n {namespace} get {kind} {secret.name}"


def explain_sizing(resolution: Resolution, key: str) -> Iterator[Explained]:
    """Yield the figures behind the size of cluster ``key``, with formula, inputs and source."""
    from aerofleet.fleet.auto_size import figures_of

    source = resolution.source
    cluster = source.cluster(key) if source else None
    resolved = resolution.settings.get(key)
    if source is None or cluster is None or resolved is None or resolved.settings.size == "auto":
        return
    settings = resolved.settings
    where = cluster.document.locate((*cluster.place, "workload"))
    models = pool_models(source, settings)
    for figure in figures_of(
        settings, source.server_version(settings.channel), models, int(settings.size) * settings.racks
    ):
        path = ".".join(filter(None, (SIZING, figure.scope, figure.name)))
        inputs = tuple(f"{name} = {value:,}" for name, value in figure.inputs.items())
        exact, readable = f"{figure.value:,} {figure.unit}".strip(), amount(figure.value, figure.unit)
        value = exact if readable in (exact, f"{exact} ") else f"{exact} ({readable})"
        yield Explained(path, value, figure.source, where, formula=figure.formula, inputs=inputs)


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every scalar and every empty list or mapping, with its path."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, (list, tuple)) and value:
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


def named(data: Any, path: Path) -> str:
    """Return the path with the names of list entries instead of their numbers: ``namespaces.cart.defaultTtl``."""
    keys: list[str | int] = []
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else data[key]
        keys.append(str(data["name"]) if isinstance(key, int) and isinstance(data, Mapping) and "name" in data else key)
    return dotted(keys)
