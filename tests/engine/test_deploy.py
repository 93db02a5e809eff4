"""`aerofleet deploy` with the real engine and API server: what goes, what stops, and what a cut-off run leaves."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
from collections.abc import Iterator

import pytest

from aerofleet.local.control_plane import ControlPlane
from aerofleet.units.names import DEPLOY_NAMESPACE
from tests.engine.deployed_project import CHECKOUT, DeployedProject
from tests.engine.project_copy import ProjectCopy

pytestmark = pytest.mark.xdist_group("cell")
DAY_SECONDS = 86_400


@pytest.fixture(scope="module")
def deployed(
    project: ProjectCopy, control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeployedProject]:
    """The applied example cell, deployed once from a repository; afterwards it is as it was."""
    folder = tmp_path_factory.mktemp("deployed") / "project"
    made = DeployedProject(folder, project.env, control_plane).prepare()
    code, shown = made.deploy()
    assert (code, "was never deployed with `aerofleet deploy`: name the commit" in shown) == (1, True), shown
    made.roll_out()
    code, shown = made.deploy("--deployed", "HEAD")
    assert code == 0, shown
    yield made
    assert project.up().returncode == 0


def completed(deployed: DeployedProject) -> dict[str, object]:
    found = deployed.plane.server().get(f"/api/v1/namespaces/{DEPLOY_NAMESPACE}/configmaps/deploy.local")
    record = json.loads(found["data"]["record"])
    assert record["open"] is None
    return dict(record["completed"])


def go(deployed: DeployedProject, commit: str) -> str:
    """Deploy a commit, have the operator do its work, and wait: the record has it then."""
    code, shown = deployed.deploy()
    assert code == 4, shown
    deployed.roll_out()
    code, after = deployed.deploy()
    assert code == 0, after
    assert completed(deployed)["commit"] == commit
    return shown


def test_a_reviewed_change_is_sent_waited_for_and_recorded(deployed: DeployedProject) -> None:
    before = completed(deployed)["commit"]
    commit = deployed.commit_days(20)
    shown = go(deployed, commit)
    assert "local: live: aerospike-checkout/cart: spec.aerospikeConfig.namespaces.{cart}.default-ttl" in shown
    assert deployed.ttl() == 20 * DAY_SECONDS
    record = completed(deployed)
    assert (record["since"], record["merges"], record["outcome"]) == (before, [commit], "completed")
    assert record["changes"] == {"aerospike-checkout/cart": "live"}


def test_what_was_not_published_or_not_committed_is_not_sent(deployed: DeployedProject) -> None:
    deployed.commit()
    stale = deployed.published.read_text()
    deployed.commit_days(21)
    fresh = deployed.published.read_text()
    deployed.published.write_text(stale)
    code, shown = deployed.deploy()
    assert (code, "take the one that was published for this commit" in shown) == (2, True), shown
    deployed.published.write_text(fresh)
    team = deployed.folder / CHECKOUT
    team.write_text(team.read_text().replace("defaultTtl: 21d", "defaultTtl: 22d"))
    code, shown = deployed.deploy()
    assert (code, "commit first" in shown) == (2, True), shown
    team.write_text(team.read_text().replace("defaultTtl: 22d", "defaultTtl: 21d"))
    assert deployed.ttl() == 20 * DAY_SECONDS


def test_a_freeze_window_stops_it(deployed: DeployedProject) -> None:
    cell = deployed.folder / "stacks/local/cell.yaml"
    text = cell.read_text()
    frozen = 'freezeWindows: [{name: sale, start: "2026-12-01T00:00:00Z", end: "2026-12-31T00:00:00Z"}]\n'
    cell.write_text(
        text.replace("ephemeral: true\n", frozen).replace("environment: development", "environment: production")
    )
    deployed.commit()
    code, shown = deployed.deploy("--as-of", "2026-12-10")
    assert code == 1, shown
    assert "in the freeze window 'sale'" in shown
    assert "nothing was sent" in shown
    assert deployed.ttl() == 20 * DAY_SECONDS
    cell.write_text(text)
    deployed.commit()


def test_two_changes_that_are_refused_together_go_one_after_the_other(deployed: DeployedProject) -> None:
    go(deployed, deployed.commit())
    first = deployed.commit(CHECKOUT, "      - name: cart\n", "      - name: cart\n        replicationFactor: 3\n")
    second = deployed.commit(CHECKOUT, "    tier: gold@1\n", "    tier: gold@1\n    size: 1\n")
    code, shown = deployed.deploy()
    assert code == 1, shown
    assert f"moves-data in {first[:12]} and moves-data in {second[:12]}; together" in shown
    assert f"check out {first[:12]}, deploy it, and then deploy this commit" in shown
    assert "local: sending" not in shown
    deployed.switch(first)
    go(deployed, first)
    deployed.switch(second)
    go(deployed, second)


def test_a_second_run_names_the_one_that_has_the_lock(deployed: DeployedProject) -> None:
    commit = deployed.commit_days(22)
    with deployed.start("--wait-for", "10m") as run:
        try:
            while f"process {run.pid}" not in deployed.lock_holder():
                assert run.poll() is None
            code, shown = deployed.deploy()
            assert code == 4, shown
            assert f"process {run.pid} has the lock of local since " in shown
        finally:
            os.killpg(run.pid, signal.SIGKILL)
    deployed.roll_out()
    go(deployed, commit)


@pytest.mark.usefixtures("stand_in")
def test_a_run_whose_engine_dies_at_any_point_of_a_write_can_be_run_again(deployed: DeployedProject) -> None:
    uids, commit = deployed.uids(), ""
    for number, point in enumerate(("before-request:1", "after-write:1", "before-state:1")):
        before, after = deployed.ttl(), (50 + number) * DAY_SECONDS
        commit = deployed.commit_days(50 + number)
        code, shown = deployed.deploy(AEROFLEET_FAULT=point, AEROFLEET_FAULT_KILL="engine")
        assert code == 1, shown
        assert deployed.ttl() == (before if point == "before-request:1" else after)
    go(deployed, commit)
    assert deployed.ttl() == after
    assert deployed.uids() == uids


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.nightly)])
def test_a_run_that_is_killed_anywhere_can_be_run_again(kills: int, deployed: DeployedProject) -> None:
    """Each run is of a commit of its own; what the server has is always what one of them has reviewed."""
    uids, moments = deployed.uids(), random.Random(kills)
    reviewed = {deployed.ttl()}
    commit = ""
    for number in range(kills):
        commit = deployed.commit_days(100 + number)
        reviewed.add((100 + number) * DAY_SECONDS)
        with deployed.start("--wait-for", "0s") as run:
            try:
                run.wait(timeout=moments.uniform(0.5, 12))
            except subprocess.TimeoutExpired:
                os.killpg(run.pid, signal.SIGKILL)
        assert deployed.ttl() in reviewed
        assert deployed.uids() == uids
    go(deployed, commit)
    assert deployed.ttl() == (100 + kills - 1) * DAY_SECONDS
    assert deployed.uids() == uids
