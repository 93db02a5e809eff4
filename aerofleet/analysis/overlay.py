"""Overlays of a cell: their findings, the lines that wrote a field, and their values for `explain`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from aerofleet.findings import Finding, Location
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.provenance import Explained
from aerofleet.fleet.resolve import Resolution, origin_locator
from aerofleet.manifests.aerospike_cluster import aerospike_cluster
from aerofleet.manifests.overlay import Overlaid, at, overlaid
from aerofleet.manifests.overlay_fields import setting_behind, setting_path
from aerofleet.manifests.overlay_rules import OF_CLUSTER, OVERLAY_IN_USE, listed
from aerofleet.settings.merge import Layer, Origin, Path
from aerofleet.settings.overlay import OVERLAY, SPEC, child
from aerofleet.units.field_path import dotted
from aerofleet.units.literal_secret import literal_secrets

HIDDEN = "(a secret as text)"
"""The value of a secret that somebody wrote into an overlay."""


def overlaid_cluster(cell: Cell, cluster: Cluster) -> Overlaid | None:
    """Return the cluster's spec without and with its overlays; None if it has none."""
    if not cluster.overlays:
        return None
    built = aerospike_cluster(cell, replace(cluster, overlays=()))
    return overlaid(built["spec"], cluster.overlays)


def overlaid_clusters(resolution: Resolution) -> dict[str, Overlaid]:
    """Return TEAM/CLUSTER → its overlaid spec, for every deployed cluster with overlays."""
    cell = resolution.cell
    deployed = (cluster for cluster in cell.clusters if cluster.is_deployed) if cell else ()
    found = {cluster.key: overlaid_cluster(cell, cluster) for cluster in deployed if cell}
    return {key: overlaid for key, overlaid in found.items() if overlaid is not None}


def overlay_findings(resolution: Resolution) -> Iterator[Finding]:
    """Yield the overlays of every cluster, and what is wrong with them, at their lines."""
    cell, source = resolution.cell, resolution.source
    if cell is None or source is None:
        return
    definitions = {definition.key: definition for definition in source.clusters}
    clusters = {cluster.key: cluster for cluster in cell.clusters}
    for key, merged in overlaid_clusters(resolution).items():
        for overlay in merged.overlays:
            place, subject = overlay.layer.locate(()), definitions[key].subject
            yield OVERLAY_IN_USE.finding(OVERLAY, listed(overlay), location=place, subject=subject)
        for rule in OF_CLUSTER:
            for finding in rule.findings(merged, clusters[key]):
                location = merged.location(finding.path)
                yield replace(finding, location=location, subject=definitions[key].subject)


def explain_overlays(resolution: Resolution, key: str) -> Iterator[Explained]:
    """Yield every value that the overlays of cluster ``key`` (TEAM/CLUSTER) write, with the values that it overrides.

    Definitions with mistakes have no built spec: their overlays have no values of settings below them.
    """
    cell, resolved = resolution.cell, resolution.settings.get(key)
    if resolved is None or not resolved.overlays:
        return
    cluster = next((built for built in cell.clusters if built.key == key), None) if cell else None
    merged = overlaid_cluster(cell, cluster) if cell and cluster else None
    merged = merged or overlaid({}, resolved.overlays)
    reasons = {overlay.layer.name: f"overlay of {overlay.owner}: {overlay.reason}" for overlay in merged.overlays}
    locate = setting_locator(resolution, key)
    secrets = [place for place, _ in literal_secrets(merged.spec, ())]
    for place, origin in merged.merged.origins.items():
        value, below = at(merged.spec, place), at(merged.built, place)
        if place[-1] == "name" and value == below:
            continue  # it only says which entry of a list the others belong to
        name = tuple(names_of(merged.spec, place))
        built = settings_layer(setting_behind(name, place), locate(setting_path(name, place)))
        is_secret = any(secret[: len(place)] == place for secret in secrets)
        yield Explained(
            dotted((OVERLAY, SPEC, *place)),
            HIDDEN if is_secret else value,
            origin.layer.name,
            origin.location,
            (*((Origin(built, place, below),) if below is not None else ()), *origin.overrode),
            aliases=(".".join((OVERLAY, SPEC, *name)),),
            notes=(reasons[origin.layer.name],),
        )


def settings_layer(setting: str, location: Location) -> Layer:
    """Return the layer of a value that is built from a setting at ``location``."""
    return Layer(f"built from {setting}", {}, lambda _: location)


def setting_locator(resolution: Resolution, key: str) -> Callable[[Path], Location]:
    """Return a function from the path of a setting of a resolved cluster to its location."""
    assert resolution.source is not None  # noqa: S101 - a resolved cluster has one
    definition = next(definition for definition in resolution.source.clusters if definition.key == key)
    return origin_locator(resolution.settings[key].merged, definition)


def names_of(value: Any, place: Path) -> Iterator[str]:
    """Yield the path with the names of list entries instead of their indexes."""
    for key in place:
        value = child(value, key)
        has_name = isinstance(key, int) and isinstance(value, Mapping) and "name" in value
        yield str(value["name"] if has_name else key)
