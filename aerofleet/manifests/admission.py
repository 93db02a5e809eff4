"""The rendered clusters before the operator's admission rules; each finding told where the setting is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aerofleet.ako.admission import answer_create, without_consequences
from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.hazards import cluster_hazards
from aerofleet.ako.refused_starts import start_errors
from aerofleet.finding import Finding
from aerofleet.manifests.free_config import free_config
from aerofleet.manifests.rendered import Object, RenderedCell
from aerofleet.model.checks.finding import AT_CLUSTER
from aerofleet.model.resolve import Resolution, at_cluster, origin_locator, told_once
from aerofleet.model.spec_place import setting_of


def judged(resolution: Resolution, rendered: RenderedCell | None) -> Iterator[Finding]:
    """Yield what the operator refuses, or takes and does something else with (errors), what no server starts with
    (errors), and hazards; first what would not reach the operator at all.

    ``rendered`` is None for definitions that make no cell; the free mappings of their clusters are judged all the same.
    A cluster with mistakes in its free mappings is rendered without them, so the operator's rules would judge another.
    """
    of_free_mappings = list(free_config(resolution))
    yield from told_once(of_free_mappings)
    refused = {cluster_at(each) for each in of_free_mappings}
    of_operator = each_judged(resolution, rendered) if rendered else ()
    yield from told_once(each for each in of_operator if cluster_at(each) not in refused)


def cluster_at(finding: Finding) -> str:
    """Return the TEAM/CLUSTER that a finding names."""
    return finding.path.partition(AT_CLUSTER)[0]


def each_judged(resolution: Resolution, rendered: RenderedCell) -> Iterator[Finding]:
    if resolution.cell is None or resolution.source is None:
        return
    operators = resolution.cell.operator.versions
    written = {each.key: each for each in resolution.source.clusters}
    for team in rendered.teams:
        for cluster in team.clusters:
            definition = written[f"{team.name}/{cluster.name}"]
            resolved, resource = resolution.settings[definition.key], cluster.objects[0]
            locate = origin_locator(resolved.merged, definition)
            users = resource["spec"].get("aerospikeAccessControl", {}).get("users", ())
            platform_users = len(users) - len(resolved.settings.users)
            for each in of_cluster(without_operations(resource), operators):
                place = locate(setting_of(each.path, platform_users))
                yield at_cluster(replace(each, location=place), definition)


def of_cluster(resource: Object, operators: Sequence[str]) -> list[Finding]:
    """A finding that several releases of the operator share is told once."""
    clusters = [cluster_of(resource, version) for version in operators]
    admissions = [answer_create(cluster, resource) for cluster in clusters]
    found = list(dict.fromkeys(each for admission in admissions for each in admission.findings))
    errors = [each for each in found if each.severity == "error"]
    met = [each for cluster in clusters for each in cluster_hazards(cluster) if each.severity != "info"]
    hazards = list(dict.fromkeys(each.as_finding() for each in met))
    return [*found, *without_consequences([*start_errors(clusters[0]), *hazards], errors)]


def without_operations(resource: Object) -> Object:
    """An operation is refused at creation only, and whether the cluster exists is not known here."""
    return {**resource, "spec": {key: value for key, value in resource["spec"].items() if key != "operations"}}
