"""Where every value of a cluster comes from: its settings layer by layer, what it was given, what the cell says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aerofleet.aerospike.amount import amount
from aerofleet.finding import Location
from aerofleet.model.layers import DEFAULTS
from aerofleet.model.merge import Origin, Path
from aerofleet.model.resolve import Resolution, ResolvedSettings, held_back, pool_models, server_version
from aerofleet.model.resolved import Cell, SecretReference
from aerofleet.model.source import CellSource, WrittenCluster
from aerofleet.model.template import inputs_of, is_template
from aerofleet.model.validation import written

SIZED_BY = ("workload", "racks", "resources", "namespaces", "pools.yaml", "hosts.yaml")
GIVEN = "given"
"""Prefix of what `allocations.yaml` holds for a cluster."""
SECRETS = "secrets"
PURPOSES = {
    "feature-key": "feature key of the server",
    "registry": "login of the registry",
    "tls": "certificate, key and authority for TLS",
    "user-password": "password of a user",
    "exporter-password": "password of the exporter",
}
"""What a Secret is for → what a person calls it."""
SIZING = "sizing"
"""Prefix of the figures behind a size: what a node needs at the end of the time that is planned for."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One value. ``aliases`` are other ways to write its path; ``overrode`` is what lay below, the lowest first;
    ``formula`` is the template that made the value, ``inputs`` the names it read; ``notes`` are further lines."""

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
        """Is this the value at ``path``, or one below it?"""
        below = (path + ".", path + "[")
        return not path or any(each == path or each.startswith(below) for each in (self.path, *self.aliases))


def explain_cluster(resolution: Resolution, key: str) -> list[Explained]:
    """Every value of cluster ``key`` (TEAM/CLUSTER) in the order of its layers; empty where it is not resolved."""
    source = resolution.source
    cluster = next((each for each in source.clusters if each.key == key), None) if source else None
    resolved = resolution.settings.get(key)
    if source is None or cluster is None or resolved is None:
        return []
    return [
        *_own(cluster, resolved),
        *(_held_back(source, cluster, each) for each in _settings(resolved)),
        *_cell(source, resolved),
        *_given(source, key),
        *_secrets(resolution, cluster),
    ]


def _own(cluster: WrittenCluster, resolved: ResolvedSettings) -> Iterator[Explained]:
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
            written(path),
            value,
            origin.layer.name,
            origin.location,
            origin.overrode,
            formula,
            inputs,
            (named(merged.data, path),),
            (f"to keep this size while another setting changes, write `size: {value}` first",) if pinnable else (),
        )


def _held_back(source: CellSource, cluster: WrittenCluster, each: Explained) -> Explained:
    """While the operator is upgraded, the cell pauses clusters, whatever they say themselves."""
    if each.path != "paused" or source.cell is None or not held_back(source, cluster):
        return each
    where = source.cell.document.locate(("operator", "phase"))
    return replace(each, value=True, layer="cell: the phase of the operator's upgrade", location=where)


def formula_of(resolved: ResolvedSettings, path: Path, origin: Origin) -> tuple[str, tuple[str, ...]]:
    """What made the value of what is written, and the names it read; empty where it is the value itself."""
    if path == ("size",) and resolved.size_formula:
        return resolved.size_formula, SIZED_BY
    if is_template(origin.value):
        return origin.value, inputs_of(origin.value)
    return "", ()


def _cell(source: CellSource, resolved: ResolvedSettings) -> Iterator[Explained]:
    """What the cell says for all its clusters, and what a channel stands for."""
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


def _given(source: CellSource, key: str) -> Iterator[Explained]:
    if source.allocations is None or key not in source.allocations.file.clusters:
        return
    given = source.allocations.file.clusters[key].model_dump(mode="json", by_alias=True)
    locate = source.allocations.document.locate
    for path, value in leaves(given):
        yield Explained(f"{GIVEN}.{written(path)}", value, "allocations", locate(("clusters", key, *path)))


def _secrets(resolution: Resolution, cluster: WrittenCluster) -> Iterator[Explained]:
    """The Secrets it needs, and the keys each has to hold; where the store is `existing`, somebody has to make them."""
    cell = resolution.cell
    built = next((each for each in cell.clusters if f"{each.team}/{each.name}" == cluster.key), None) if cell else None
    where = cluster.document.locate(cluster.place)
    for each in built.secrets if cell and built else ():
        notes = tuple(source_of_secret(cell, built.namespace, each)) if cell and built else ()
        yield Explained(
            f"{SECRETS}.{each.name}", list(each.keys), f"Secret: {PURPOSES[each.purpose]}", where, notes=notes
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
    """The figures behind the size of cluster ``key``: each with its formula, inputs and source."""
    from aerofleet.model.auto_size import figures_of

    source = resolution.source
    cluster = next((each for each in source.clusters if each.key == key), None) if source else None
    resolved = resolution.settings.get(key)
    if source is None or cluster is None or resolved is None or resolved.settings.size == "auto":
        return
    settings = resolved.settings
    where = cluster.document.locate((*cluster.place, "workload"))
    models = pool_models(source, settings)
    for each in figures_of(settings, server_version(source, settings), models, int(settings.size) * settings.racks):
        path = ".".join(filter(None, (SIZING, each.scope, each.name)))
        inputs = tuple(f"{name} = {value:,}" for name, value in each.inputs.items())
        exact, readable = f"{each.value:,} {each.unit}".strip(), amount(each.value, each.unit)
        value = exact if readable in (exact, f"{exact} ") else f"{exact} ({readable})"
        yield Explained(path, value, each.source, where, formula=each.formula, inputs=inputs)


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every scalar and every empty list or mapping, with its path."""
    if isinstance(value, Mapping) and value:
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, (list, tuple)) and value:
        for index, each in enumerate(value):
            yield from leaves(each, (*path, index))
    else:
        yield path, value


def named(data: Any, path: Path) -> str:
    """The path with the names of list entries instead of their numbers: ``namespaces.cart.defaultTtl``."""
    keys: list[str | int] = []
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else data[key]
        keys.append(str(data["name"]) if isinstance(key, int) and isinstance(data, Mapping) and "name" in data else key)
    return written(keys)
