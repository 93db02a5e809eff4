"""The project's own program and example cell, through the real engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from aerofleet.cli.local import embedded_hosts
from aerofleet.local.control_plane import ControlPlane
from tests.engine.cell_on_server import Object, written
from tests.engine.project_copy import ProjectCopy
from tools.toolchain.recipes import ROOT

RENDERED = (
    "/api/v1/namespaces",
    "/api/v1/nodes",
    "/api/v1/resourcequotas",
    "/api/v1/serviceaccounts",
    "/apis/networking.k8s.io/v1/networkpolicies",
    "/apis/rbac.authorization.k8s.io/v1/rolebindings",
    "/apis/asdb.aerospike.com/v1/aerospikeclusters",
)
OURS = "?labelSelector=app.kubernetes.io%2Fmanaged-by%3Daerofleet"


@pytest.fixture(scope="module")
def project(
    module_env: Mapping[str, str], control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory
) -> ProjectCopy:
    """The example cell, applied once."""
    control_plane.ensure_nodes(embedded_hosts(ROOT))
    copy = ProjectCopy(tmp_path_factory.mktemp("project") / "aerofleet", module_env).prepare()
    applied = copy.up()
    assert applied.returncode == 0, applied.stdout + applied.stderr
    return copy


@pytest.fixture
def definitions(project: ProjectCopy) -> Iterator[ProjectCopy]:
    """The applied cell, whose files are put back afterwards."""
    with project.put_back():
        yield project


def all_written(plane: ControlPlane) -> dict[str, Object]:
    """Every object of ours, and every node, as somebody last wrote it."""
    server = plane.server()
    return {
        f"{path} {item['metadata'].get('namespace', '')}/{item['metadata']['name']}": written(item)
        for path in RENDERED
        for item in server.get(path + ("" if path.endswith("nodes") else OURS))["items"]
    }


def test_a_second_up_changes_nothing(project: ProjectCopy, control_plane: ControlPlane) -> None:
    before = all_written(control_plane)
    again = project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "local")
    assert again.returncode == 0, again.stdout
    assert all_written(control_plane) == before


def test_a_preview_shows_exactly_the_changed_parameter_and_writes_nothing(
    definitions: ProjectCopy, control_plane: ControlPlane
) -> None:
    definitions.edit("teams/checkout.yaml", "  cart:\n", "  cart:\n    service: {proto-fd-max: 20000}\n")
    before = all_written(control_plane)
    assert definitions.changes() == {
        "aerospike-checkout/cart": {"op": "update", "paths": ["spec.aerospikeConfig.service.proto-fd-max"]}
    }
    assert all_written(control_plane) == before
    shown = definitions.preview("--diff").stdout
    assert "proto-fd-max: 15000 => 20000" in shown


@pytest.mark.parametrize(
    ("old", "new"),
    [("  ledger:\n", "  book:\n"), ("    tier: ledger\n", "    tier: ledgers\n")],
    ids=["rename", "typo"],
)
def test_a_mistake_in_the_definitions_stops_the_preview_with_its_place(
    old: str, new: str, definitions: ProjectCopy
) -> None:
    definitions.edit("teams/payments.yaml", old, new)
    refused = definitions.preview()
    assert refused.returncode != 0
    assert "stacks/local/" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr


def test_what_the_operator_would_refuse_stops_the_preview_where_it_is_written(definitions: ProjectCopy) -> None:
    definitions.edit("teams/checkout.yaml", "  cart:\n", "  cart:\n    service: {proto-fd-max: much}\n")
    refused = definitions.preview()
    assert refused.returncode != 0
    assert "stacks/local/teams/checkout.yaml:" in refused.stdout
    assert "service.proto-fd-max" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr


def test_a_removed_cluster_is_refused_and_the_way_to_end_it_is_shown(definitions: ProjectCopy) -> None:
    definitions.edit("cell.yaml", "ephemeral: true", "ephemeral: false")
    definitions.file("teams/payments.yaml").unlink()
    refused = definitions.preview()
    assert refused.returncode != 0
    assert "payments/ledger is in no team file" in refused.stdout
    assert "step by step" in refused.stdout
