"""The rendered clusters before the operator's admission rules; each finding told where the setting is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from aerofleet.ako.admission import admit_create, without_consequences
from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.hazards import cluster_hazards
from aerofleet.finding import Finding
from aerofleet.manifests.rendered import Object, RenderedCell
from aerofleet.model.resolve import Resolution, at_cluster, origin_locator, told_once
from aerofleet.model.spec_place import setting_of


def judged(resolution: Resolution, rendered: RenderedCell) -> Iterator[Finding]:
    """What the operator would refuse, or take and do something else with (errors), and severe hazards. Nothing for
    definitions that make no cell.
    """
    return told_once(each_judged(resolution, rendered))


def each_judged(resolution: Resolution, rendered: RenderedCell) -> Iterator[Finding]:
    if resolution.cell is None or resolution.source is None:
        return
    operators = resolution.cell.operator.versions
    written = {each.key: each for each in resolution.source.clusters}
    for team in rendered.teams:
        for cluster in team.clusters:
            definition = written[f"{team.name}/{cluster.name}"]
            locate = origin_locator(resolution.settings[definition.key].merged, definition)
            for each in of_cluster(without_operations(cluster.objects[0]), operators):
                yield at_cluster(replace(each, location=locate(setting_of(each.path))), definition)


def of_cluster(resource: Object, operators: Iterable[str]) -> list[Finding]:
    """A finding that several releases of the operator share is told once."""
    found = list(dict.fromkeys(each for version in operators for each in admit_create(resource, version).findings))
    severe = [each.as_finding() for each in cluster_hazards(cluster_of(resource)) if each.severity == "severe"]
    errors = [each for each in found if each.severity == "error"]
    return [*found, *without_consequences(severe, errors)]


def without_operations(resource: Object) -> Object:
    """An operation is refused at creation only, and whether the cluster exists is not known here."""
    return {**resource, "spec": {key: value for key, value in resource["spec"].items() if key != "operations"}}
