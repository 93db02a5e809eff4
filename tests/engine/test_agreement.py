"""The agreement of reviews with the real engine: its previews are as recorded, and wrong reviews are noticed.

With AEROFLEET_RECORD=1 the recorded previews are written anew.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kubernetes import dynamic

from aerofleet.analysis.cell import CellAnalysis, analyse_cell
from aerofleet.analysis.cell_change import FleetChange, fleet_change
from aerofleet.findings import Effect
from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.credentials import CONTEXT
from aerofleet.review.agreement.add import with_agreement
from aerofleet.review.agreement.preview import Preview, preview_of
from aerofleet.review.build import review_of
from aerofleet.review.model import Review, Side
from tests.ako.specimen import edited
from tests.engine.cell_on_server import Reader, api_client
from tests.engine.project_copy import STACK, ProjectCopy
from tests.engine.small_stack import SmallStack
from tests.fleet.project import EXAMPLE
from tests.review.agreement_scenarios import DEPLOYED, SCENARIOS, planned, record, recorded, trimmed

DAY = datetime.date(2026, 11, 29)
RECORD = "AEROFLEET_RECORD" in os.environ


@pytest.fixture(scope="module")
def stack(module_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> SmallStack:
    stack = SmallStack(tmp_path_factory.mktemp("agreed") / "project", module_env, CONTEXT, name="agreed")
    write(stack, DEPLOYED)
    applied = stack.prepare().up()
    assert applied.returncode == 0, applied.stdout + applied.stderr
    return stack


def write(stack: SmallStack, objects: list[dict[str, Any]]) -> None:
    stack.objects = [one for one in objects if one["kind"] != "AerospikeCluster"]
    stack.clusters = [one for one in objects if one["kind"] == "AerospikeCluster"]


def named(name: str) -> dict[str, Any]:
    return next(one for one in DEPLOYED if one["metadata"]["name"] == name)


def on_server(plane: ControlPlane, made: dict[str, Any], edit: dict[str, Any] | None, by: str) -> None:
    """Change or delete an object as somebody else does; with an empty edit it is as it was deployed."""
    kind = dynamic.DynamicClient(api_client(plane)).resources.get(api_version=made["apiVersion"], kind=made["kind"])
    where = {"name": made["metadata"]["name"], "namespace": made["metadata"].get("namespace")}
    if edit is None:
        kind.delete(**where)
        return
    managers = [one["manager"] for one in Reader(plane).get(made)["metadata"]["managedFields"]]
    owner = next((one for one in managers if one.startswith("pulumi-kubernetes")), "pulumi-kubernetes")
    kind.server_side_apply(body=edited(made, edit), **where, field_manager=by or owner, force_conflicts=True)


@contextmanager
def somebody(plane: ControlPlane, stack: SmallStack, scenario: dict[str, Any]) -> Iterator[None]:
    """What somebody does on the server in a scenario; afterwards the server is as it was deployed."""
    edits = scenario.get("server", {})
    for name, edit in edits.items():
        on_server(plane, named(name), edit, scenario.get("by", ""))
    try:
        yield
    finally:
        write(stack, DEPLOYED)
        for name in edits:
            if Reader(plane).holds(named(name)):
                on_server(plane, named(name), {}, "")
            else:
                stack.pulumi("up", "--yes", "--skip-preview", "--refresh", "--stack", stack.name).check_returncode()


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_engine_prints_what_is_recorded(name: str, stack: SmallStack, control_plane: ControlPlane) -> None:
    scenario = SCENARIOS[name]
    with somebody(control_plane, stack, scenario):
        write(stack, planned(scenario.get("edits", {}), scenario.get("more", [])))
        done = stack.pulumi("preview", "--json", "--stack", stack.name, *scenario.get("options", ()))
    printed = trimmed(json.loads(done.stdout))
    if RECORD:
        record(name, printed)
    assert printed == recorded(name)


def side(root: Path) -> dict[str, CellAnalysis]:
    return {STACK: analyse_cell(root, STACK)}


WRONG: dict[str, tuple[Callable[[Review], Review], str]] = {
    "a missed update": (
        lambda review: replace(review, clusters=tuple(one for one in review.clusters if one.cluster != "cart")),
        "the engine would update it (spec.aerospikeConfig.namespaces[0].default-ttl), and the review says that nothing",
    ),
    "a milder effect": (
        lambda review: replace(
            review,
            clusters=tuple(
                replace(one, effect=Effect.LIVE) if one.cluster == "ledger" else one for one in review.clusters
            ),
        ),
        "aerospike-payments/ledger: the review says live, and what the engine would do is rolling-restart: ",
    ),
    "an extra object": (
        lambda review: replace(review, clusters=(*review.clusters, replace(review.clusters[0], name="ghost"))),
        "aerospike-checkout/ghost: the review says live, and neither definitions nor engine have this object",
    ),
}


def test_three_wrong_reviews_are_noticed_and_the_right_one_agrees(project: ProjectCopy) -> None:
    with project.put_back():
        project.edit("teams/checkout.yaml", "defaultTtl: 30d", "defaultTtl: 20d")
        restart = "    tier: ledger@1\n    restart: {how: pod, reason: a try}\n"
        project.edit("teams/payments.yaml", "    tier: ledger@1\n", restart)
        done = project.preview("--json", "--show-sames")
        assert done.returncode == 0, done.stdout
        preview = preview_of(json.loads(done.stdout))
        change = fleet_change(side(EXAMPLE), side(project.folder), DAY)
    review = review_of(change, Side("base"), Side("head"))
    assert {str(one.effect) for one in review.clusters} == {"live", "rolling-restart"}
    assert disagreements(review, change, preview) == []
    for about, (wrong, message) in WRONG.items():
        (found,) = disagreements(wrong(review), change, preview)
        assert message in found, about


def disagreements(review: Review, change: FleetChange, preview: Preview) -> list[str]:
    found = with_agreement(review, change, [preview]).findings[len(review.findings) :]
    return [f"{one.finding.subject}: {one.finding.message}" for one in found]
