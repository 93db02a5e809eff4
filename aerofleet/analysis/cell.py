"""Everything that is wrong with a cell's definitions, at the lines of the settings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from aerofleet.ako.object_set import ObjectSet
from aerofleet.analysis.cluster import Reading, judge_cluster
from aerofleet.analysis.fit.room import RackRoom, rooms_of
from aerofleet.analysis.fit.rules import fit_findings
from aerofleet.analysis.overlay import overlay_findings
from aerofleet.analysis.places import ClusterPlaces
from aerofleet.analysis.size import size_findings
from aerofleet.findings import Finding
from aerofleet.findings.repeats import merge_repeats
from aerofleet.fleet.left_out import LeftOut, built_without
from aerofleet.fleet.resolve import Resolution, resolve_cell
from aerofleet.manifests import render_cell
from aerofleet.manifests.feature_rules import feature_findings
from aerofleet.manifests.rendered import Object, RenderedCell
from aerofleet.settings.source import in_project
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.cluster_key import cluster_key


@dataclass(frozen=True, slots=True)
class CellAnalysis:
    """A cell and its findings. ``rendered`` is None for definitions with mistakes.

    ``objects``: the rendered objects as the operator's release reads them that runs, without on-demand operations.
    A finding that several clusters have alike, as one of their tier, is in ``findings`` once. ``sizes``: those of
    ``findings`` that are about sizes. ``is_foreign``: other code has rendered the cell, or has failed to. ``rooms``:
    the hosts of each pool in each rack, with the pods that run there.
    """

    resolution: Resolution
    rendered: RenderedCell | None
    findings: tuple[Finding, ...]
    objects: ObjectSet | None = None
    sizes: tuple[Finding, ...] = ()
    is_foreign: bool = False
    rooms: tuple[RackRoom, ...] = ()


def analyse_cell(root: Path, name: str, texts: Mapping[str, str] = MappingProxyType({})) -> CellAnalysis:
    """Read a cell, render it, and judge its clusters by every rule of definitions, operator, server and size.

    ``texts``: file name → text to read instead of that file, to try a change.
    """
    resolution = resolve_cell(root, name, texts)
    return _judged(resolution, render_cell(resolution.cell) if resolution.cell else None)


def analyse_rendering(root: Path, name: str, rendered: RenderedCell) -> CellAnalysis:
    """Judge what other code made of a cell's definitions.

    The definitions may have a form that this code does not know: then they are no mistake, nothing is found in them,
    and no finding of a cluster has a place in them.
    """
    resolution = resolve_cell(root, name)
    known = {cluster.key for cluster in resolution.source.clusters} if resolution.source else set()
    keys = {cluster_key(team.name, cluster.name) for team in rendered.teams for cluster in team.clusters}
    is_grouped = len(keys) == sum(map(is_cluster, rendered.objects()))
    if resolution.cell is None or not is_grouped or not keys <= known:
        return CellAnalysis(resolution, rendered, (), is_foreign=True)
    return replace(_judged(resolution, rendered), is_foreign=True)


def analysis_without(analysis: CellAnalysis, left_out: LeftOut) -> CellAnalysis:
    """Return the analysis of a cell without some of its clusters and teams, as ``left_out_of`` says for each mistake.

    The findings are those of all of its definitions, and those of the clusters that stay.
    """
    resolution = built_without(analysis.resolution, left_out)
    return _judged(resolution, render_cell(resolution.cell) if resolution.cell else None)


def _judged(resolution: Resolution, rendered: RenderedCell | None) -> CellAnalysis:
    sizes = tuple(size_findings(resolution))
    source = resolution.source
    if source is None:
        return CellAnalysis(resolution, rendered, (*resolution.findings, *sizes), sizes=sizes)
    of_features = list(in_project(source, feature_findings(resolution)))
    of_overlays = list(in_project(source, overlay_findings(resolution)))
    found = [*resolution.findings, *merge_repeats(of_features), *merge_repeats(of_overlays)]
    if rendered is None:
        return CellAnalysis(resolution, rendered, (*found, *sizes), sizes=sizes)
    # A cluster with mistakes in its free mappings is rendered without them, and its overlays change once theirs are
    # mended, so the operator's rules would judge another one, and so would those of the hosts.
    refused = {finding.subject for finding in (*of_features, *of_overlays) if finding.severity == "error"}
    sets = _object_sets(resolution, rendered)
    of_operator = in_project(source, _operator_findings(resolution, rendered, sets))
    found += merge_repeats(finding for finding in of_operator if finding.subject not in refused)
    rooms = _rooms(resolution, rendered, sets[0], {subject.name for subject in refused if subject})
    of_hosts = merge_repeats(in_project(source, fit_findings(resolution, rooms)))
    return CellAnalysis(resolution, rendered, (*found, *sizes, *of_hosts), sets[0], sizes, rooms=rooms)


def rendered_cell(root: Path, name: str) -> CellAnalysis:
    """Read and render a cell without judging its clusters: the findings are the mistakes in its definitions only."""
    resolution = resolve_cell(root, name)
    rendered = render_cell(resolution.cell) if resolution.cell else None
    return CellAnalysis(resolution, rendered, resolution.findings)


def _object_sets(resolution: Resolution, rendered: RenderedCell) -> tuple[ObjectSet, ...]:
    """Return the objects as each release of the operator reads them that the cell meets, the one that runs first."""
    assert resolution.cell  # noqa: S101
    objects = [_without_operations(resource) for resource in rendered.objects()]
    return tuple(ObjectSet(objects, operator) for operator in resolution.cell.operator.versions)


def _rooms(
    resolution: Resolution, rendered: RenderedCell, objects: ObjectSet, refused: Collection[str]
) -> tuple[RackRoom, ...]:
    """Return the room on the hosts, as the rendered clusters ask for it, those in ``refused`` left out."""
    assert resolution.cell  # noqa: S101
    keys = (cluster_key(team.name, cluster.name) for team in rendered.teams for cluster in team.clusters)
    written = dict(zip(keys, objects.clusters, strict=True))
    return rooms_of(resolution.cell, {key: cluster for key, cluster in written.items() if key not in refused})


def _operator_findings(resolution: Resolution, rendered: RenderedCell, sets: Sequence[ObjectSet]) -> Iterator[Finding]:
    """Yield the findings of each rendered cluster beside all objects of the cell, by each release that the cell meets;
    those that are only worth knowing are left out.
    """
    assert resolution.cell and resolution.source  # noqa: S101
    places = ClusterPlaces(resolution)
    keys = (cluster_key(team.name, cluster.name) for team in rendered.teams for cluster in team.clusters)
    for key, written, *clusters in zip(keys, sets[0].written, *(reading.clusters for reading in sets), strict=True):
        subject = places.definitions[key].subject
        for finding in judge_cluster(*map(Reading, clusters, sets)).all():
            if finding.severity != "info":
                yield replace(finding, location=places.location(key, written, finding.path), subject=subject)


def _without_operations(resource: Object) -> Object:
    """Return a cluster without its operations: only a creation refuses them, and the cluster may exist already."""
    spec = resource.get("spec")
    if not isinstance(spec, dict) or "operations" not in spec or not is_cluster(resource):
        return resource
    return {**resource, "spec": {key: value for key, value in spec.items() if key != "operations"}}
