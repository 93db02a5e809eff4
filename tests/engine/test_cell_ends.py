"""The end of a cluster, one step a change and none skipped, and of a team: nothing is left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import yaml

from aerofleet.cli import main
from aerofleet.local.control_plane import ControlPlane
from tests.engine.cell_on_server import Reader, named, rendered, written_cell
from tests.engine.project_copy import STACK, ProjectCopy

pytestmark = pytest.mark.xdist_group("cell")


@pytest.fixture(scope="module")
def lasting(project: ProjectCopy) -> Iterator[ProjectCopy]:
    """The example cell as one that is not ephemeral; afterwards it is as before."""
    with project.put_back():
        project.edit("cell.yaml", "ephemeral: true", "ephemeral: false")
        up(project)
        yield project
    up(project)


@pytest.fixture
def definitions(lasting: ProjectCopy) -> Iterator[ProjectCopy]:
    """What a test does to the definitions is put back; what it applied is not."""
    with lasting.put_back():
        yield lasting


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
    return [resource["urn"] for resource in state["deployment"]["resources"]]


def test_a_cell_that_holds_data_is_not_destroyed(definitions: ProjectCopy, control_plane: ControlPlane) -> None:
    """Not even in part, and not by somebody who skips the preview."""
    before = written_cell(definitions.folder, control_plane)
    refused = definitions.pulumi("destroy", "--yes", "--skip-preview", "--stack", STACK)
    assert refused.returncode != 0
    assert "protected" in refused.stdout
    assert written_cell(definitions.folder, control_plane) == before


def test_a_team_without_clusters_can_go(definitions: ProjectCopy, control_plane: ControlPlane) -> None:
    """And one that still has a cluster can't."""
    assert main(["new-team", "pricing", "--cell", STACK, "--root", str(definitions.folder)]) == 0
    up(definitions)
    of_team = [manifest for manifest in rendered(definitions.folder) if "aerospike-pricing" in named(manifest)]
    reader = Reader(control_plane)
    assert all(reader.holds(manifest) for manifest in of_team)
    remove_team(definitions, "pricing")
    up(definitions)
    assert [named(manifest) for manifest in of_team if reader.holds(manifest)] == []
    remove_team(definitions, "payments")
    refused = definitions.preview()
    assert refused.returncode != 0
    assert "payments/ledger is in no team file" in refused.stdout


def test_a_cluster_ends_in_five_steps_and_none_is_skipped(
    definitions: ProjectCopy, control_plane: ControlPlane
) -> None:
    team = definitions.file("teams/payments.yaml")
    cluster = next(
        manifest for manifest in rendered(definitions.folder) if named(manifest).endswith("aerospike-payments/ledger")
    )

    def to(state: str) -> None:
        data = yaml.safe_load(team.read_text())
        data["clusters"]["ledger"]["state"] = state
        team.write_text(yaml.safe_dump(data, sort_keys=False))

    to("deleted")
    skipped = definitions.preview()
    assert skipped.returncode != 0
    assert "ledger" in skipped.stdout
    for state in ("retiring", "unprotected"):
        to(state)
        assert main(["generate", "--root", str(definitions.folder)]) == 0
        up(definitions)
        assert Reader(control_plane).get(cluster)
    to("deleted")
    assert main(["generate", "--root", str(definitions.folder)]) == 0
    up(definitions)
    found = control_plane.server().get("/apis/asdb.aerospike.com/v1/aerospikeclusters")["items"]
    assert "ledger" not in {manifest["metadata"]["name"] for manifest in found}
    assert [urn for urn in urns(definitions) if "ledger" in urn] == []
    to("released")
    assert main(["generate", "--root", str(definitions.folder)]) == 0
    assert "payments/ledger" not in yaml.safe_load(definitions.file("allocations.yaml").read_text())["clusters"]
    team.write_text(yaml.safe_dump({**yaml.safe_load(team.read_text()), "clusters": {}}, sort_keys=False))
    assert definitions.changes() == {}
