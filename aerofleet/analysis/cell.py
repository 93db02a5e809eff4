"""Judge the rendered clusters by the operator's admission rules, with findings at the lines of the settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aerofleet.ako.admission import answer_create, without_consequences
from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.hazards import cluster_hazards
from aerofleet.ako.refused_starts import start_errors
from aerofleet.findings import Finding
from aerofleet.fleet.checks.finding import AT_CLUSTER
from aerofleet.fleet.resolve import Resolution, at_cluster, origin_locator, told_once
from aerofleet.manifests.free_config import free_config
from aerofleet.manifests.rendered import Object, RenderedCell
from aerofleet.settings.spec_place import setting_of
from aerofleet.units.cluster_key import cluster_key


def judged(resolution: Resolution, rendered: RenderedCell | None) -> Iterator[Finding]:
    """Yield first the parameters that would not reach the operator; then, for each cluster, what the operator refuses
    or applies differently (errors), what stops a server from starting (errors), and hazards.

    ``rendered`` is None for definitions with mistakes; the free mappings of their clusters are judged all the same.
    A cluster with mistakes in its free mappings is rendered without them, so the operator's rules would judge another.
    """
    of_free_mappings = list(free_config(resolution))
    yield from told_once(of_free_mappings)
    refused = {cluster_at(finding) for finding in of_free_mappings}
    of_operator = each_judged(resolution, rendered) if rendered else ()
    yield from told_once(finding for finding in of_operator if cluster_at(finding) not in refused)


def cluster_at(finding: Finding) -> str:
    """Return the TEAM/CLUSTER that a finding names."""
    return finding.path.partition(AT_CLUSTER)[0]


def each_judged(resolution: Resolution, rendered: RenderedCell) -> Iterator[Finding]:
    if resolution.cell is None or resolution.source is None:
        return
    operators = resolution.cell.operator.versions
    written = {cluster.key: cluster for cluster in resolution.source.clusters}
    for team in rendered.teams:
        for cluster in team.clusters:
            definition = written[cluster_key(team.name, cluster.name)]
            resolved, resource = resolution.settings[definition.key], cluster.objects[0]
            locate = origin_locator(resolved.merged, definition)
            for finding in of_cluster(without_operations(resource), operators):
                place = locate(setting_of(finding.path, resource["spec"], resolved.merged.data))
                yield at_cluster(replace(finding, location=place), definition)


def of_cluster(resource: Object, operators: Sequence[str]) -> list[Finding]:
    """Return the findings of one resource; a finding of several operator releases is in it once."""
    clusters = [cluster_of(resource, version) for version in operators]
    admissions = [answer_create(cluster) for cluster in clusters]
    refusals = list(dict.fromkeys(finding for admission in admissions for finding in admission.findings))
    errors = [finding for finding in refusals if finding.severity == "error"]
    met = [hazard for cluster in clusters for hazard in cluster_hazards(cluster) if hazard.severity != "info"]
    hazards = list(dict.fromkeys(met))
    return [*refusals, *without_consequences([*start_errors(clusters[0]), *hazards], errors)]


def without_operations(resource: Object) -> Object:
    """Return the resource without its operations: only a creation refuses them, and the cluster may exist already."""
    return {**resource, "spec": {key: value for key, value in resource["spec"].items() if key != "operations"}}
