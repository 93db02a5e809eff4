"""The operator admits every AerospikeCluster that we render, without a word, and nothing in it is known to go wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aerofleet.ako.admission import admit_create
from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.hazards import cluster_hazards
from aerofleet.files.choices import NetworkProfile
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.manifests import RenderedCell, render_cell
from aerofleet.settings.source import cells
from tests.fleet.project import EXAMPLE
from tests.manifests.golden import rendered


def told_about(cell: RenderedCell) -> Iterator[str]:
    """What the operator refuses or warns of, and what goes wrong later although it is admitted."""
    found = 0
    for team in cell.teams:
        for cluster in team.clusters:
            found += 1
            verdict = admit_create(cluster.objects[0])
            name = f"{team.name}/{cluster.name}"
            if not verdict.allowed:
                yield f"{name} is refused"
            yield from (f"{name} {path}: is dropped in silence" for path in verdict.pruned)
            yield from (f"{name} {finding.rule} {finding.path}: {finding.message}" for finding in verdict.findings)
            hazards = cluster_hazards(cluster_of(cluster.objects[0]))
            yield from (
                f"{name} {hazard.rule} {hazard.path}: {hazard.message}"
                for hazard in hazards
                if hazard.severity != "info"
            )
    if not found:
        yield "no cluster at all"


@pytest.mark.parametrize("name", cells(EXAMPLE))
def test_the_operator_admits_every_cluster_of_a_cell(name: str) -> None:
    cell = resolve_cell(EXAMPLE, name).cell
    assert cell is not None
    assert not list(told_about(render_cell(cell)))


@pytest.mark.parametrize("profile", list(NetworkProfile))
def test_the_operator_admits_every_tier_in_every_network_profile(profile: NetworkProfile) -> None:
    assert not list(told_about(rendered(profile)))
