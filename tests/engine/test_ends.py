"""The end of a cluster, one step a change and none skipped, and of a team: nothing is left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from aerofleet.cli.generate import run as generate
from aerofleet.cli.new_team import run as new_team
from aerofleet.local.control_plane import ControlPlane
from tests.engine.cell_on_server import Reader, control_plane_in, named, rendered, written_cell
from tests.engine.conftest import engine_environment
from tests.engine.project_copy import STACK, ProjectCopy
from tools.toolchain.control_plane import ControlPlanePrograms

pytestmark = pytest.mark.xdist_group("ends")


@pytest.fixture
def plane(tmp_path: Path, programs: ControlPlanePrograms) -> Iterator[ControlPlane]:
    with control_plane_in(tmp_path, programs) as plane:
        yield plane


@pytest.fixture
def project(plane: ControlPlane, toolchain: Path, tmp_path: Path) -> ProjectCopy:
    env = engine_environment(tmp_path, toolchain, plane)
    copy = ProjectCopy(tmp_path / "project" / "aerofleet", env).prepare()
    cell = copy.file("cell.yaml")
    cell.write_text(yaml.safe_dump({**yaml.safe_load(cell.read_text()), "ephemeral": False}, sort_keys=False))
    up(copy)
    return copy


def up(project: ProjectCopy) -> str:
    done = project.up()
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def remove_team(project: ProjectCopy, team: str) -> None:
    project.file(f"teams/{team}.yaml").unlink()
    tenants = yaml.safe_load(project.file("tenants.yaml").read_text())
    del tenants["teams"][team]
    project.file("tenants.yaml").write_text(yaml.safe_dump(tenants, sort_keys=False))


def urns(project: ProjectCopy) -> list[str]:
    state = json.loads(project.pulumi("stack", "export", "--stack", STACK).stdout)
    return [each["urn"] for each in state["deployment"]["resources"]]


def test_a_cluster_ends_in_five_steps_and_none_is_skipped(project: ProjectCopy, plane: ControlPlane) -> None:
    team = project.file("teams/payments.yaml")
    cluster = next(each for each in rendered(project.folder) if named(each).endswith("aerospike-payments/ledger"))

    def to(state: str) -> None:
        data = yaml.safe_load(team.read_text())
        data["clusters"]["ledger"]["state"] = state
        team.write_text(yaml.safe_dump(data, sort_keys=False))

    to("deleted")
    skipped = project.preview()
    assert skipped.returncode != 0
    assert "ledger" in skipped.stdout
    for state in ("frozen", "unprotected"):
        to(state)
        assert generate(["--root", str(project.folder)]) == 0
        up(project)
        assert Reader(plane).get(cluster)
    to("deleted")
    assert generate(["--root", str(project.folder)]) == 0
    up(project)
    found = plane.server().get("/apis/asdb.aerospike.com/v1/aerospikeclusters")["items"]
    assert "ledger" not in {each["metadata"]["name"] for each in found}
    assert [urn for urn in urns(project) if "ledger" in urn] == []
    to("released")
    assert generate(["--root", str(project.folder)]) == 0
    assert "payments/ledger" not in yaml.safe_load(project.file("allocations.yaml").read_text())["clusters"]
    team.write_text(yaml.safe_dump({**yaml.safe_load(team.read_text()), "clusters": {}}, sort_keys=False))
    assert project.changes() == {}


def test_a_team_without_clusters_can_go(project: ProjectCopy, plane: ControlPlane) -> None:
    """And one that still has a cluster can't."""
    assert new_team(["pricing", "--cell", STACK, "--root", str(project.folder)]) == 0
    up(project)
    of_team = [each for each in rendered(project.folder) if "aerospike-pricing" in named(each)]
    reader = Reader(plane)
    assert all(reader.holds(each) for each in of_team)
    remove_team(project, "pricing")
    up(project)
    assert [named(each) for each in of_team if reader.holds(each)] == []
    remove_team(project, "payments")
    refused = project.preview()
    assert refused.returncode != 0
    assert "payments/ledger is in no team file" in refused.stdout


def test_a_cell_that_holds_data_is_not_destroyed(project: ProjectCopy, plane: ControlPlane) -> None:
    """Not even in part, and not by somebody who skips the preview."""
    before = written_cell(project.folder, plane)
    refused = project.pulumi("destroy", "--yes", "--skip-preview", "--stack", STACK)
    assert refused.returncode != 0
    assert "protected" in refused.stdout
    assert written_cell(project.folder, plane) == before
