"""`pulumi up` of the example cell makes what is rendered, and nothing else; previews say exactly what will change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client

from aerofleet.cli.new_cluster import run as new_cluster
from aerofleet.cli.new_team import run as new_team
from aerofleet.local.control_plane import ControlPlane
from aerofleet.stack.changed import changes
from tests.engine.cell_on_server import Reader, api_client, control_plane_in, missing, named, rendered
from tests.engine.conftest import engine_environment
from tests.engine.project_copy import STACK, ProjectCopy
from tools.toolchain.control_plane import ControlPlanePrograms
from tools.toolchain.recipes import ROOT

URNS = ROOT / "tests" / "cases" / "urns" / "local.txt"

pytestmark = pytest.mark.xdist_group("whole cell")


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory, programs: ControlPlanePrograms) -> Iterator[ControlPlane]:
    with control_plane_in(tmp_path_factory.mktemp("whole-cell"), programs) as plane:
        yield plane


@pytest.fixture(scope="module")
def project(plane: ControlPlane, toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    env = engine_environment(tmp_path_factory.mktemp("engine"), toolchain, plane)
    copy = ProjectCopy(tmp_path_factory.mktemp("project") / "aerofleet", env).prepare()
    applied = copy.up()
    assert applied.returncode == 0, applied.stdout + applied.stderr
    return copy


@pytest.fixture
def reapplied(project: ProjectCopy) -> Iterator[None]:
    """For tests that apply what they edit; asked for before ``definitions``, so that those are put back first."""
    yield
    project.up().check_returncode()


@pytest.fixture
def definitions(project: ProjectCopy) -> Iterator[ProjectCopy]:
    """The applied cell, whose files are put back afterwards."""
    with project.put_back():
        yield project


def test_the_server_holds_every_rendered_object(project: ProjectCopy, plane: ControlPlane) -> None:
    reader = Reader(plane)
    wrong = {
        named(each): found
        for each in rendered(project.folder)
        if (found := list(missing({key: each[key] for key in each if key != "status"}, reader.get(each))))
    }
    assert wrong == {}


def test_the_state_holds_them_and_nothing_else(project: ProjectCopy) -> None:
    state = json.loads(project.pulumi("stack", "export", "--stack", STACK).stdout)["deployment"]["resources"]
    held = {named(each["outputs"]) for each in state if each["type"].startswith("kubernetes:")}
    assert held == {named(each) for each in rendered(project.folder)}


def test_the_outputs_tell_where_each_cluster_answers(project: ProjectCopy) -> None:
    told = json.loads(project.pulumi("stack", "output", "--json", "--stack", STACK).stdout)["clusters"]
    wanted = {}
    for each in rendered(project.folder):
        if each["kind"] == "AerospikeCluster":
            name, space = each["metadata"]["name"], each["metadata"]["namespace"]
            service = each["spec"]["aerospikeConfig"]["network"]["service"]
            port = service.get("tls-port", service.get("port"))
            wanted[f"{name}.{space}.svc:{port}"] = service.get("tls-name")
    assert {each["endpoint"]: each.get("tlsName") for each in told.values()} == wanted


def test_a_refresh_finds_no_drift(project: ProjectCopy) -> None:
    refreshed = project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", STACK)
    assert refreshed.returncode == 0, refreshed.stdout


def previewed(project: ProjectCopy) -> dict[str, str]:
    """Object → operation of the preview's steps."""
    done = project.preview("--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = {}
    for step in json.loads(done.stdout)["steps"]:
        state = step.get("newState") or step.get("oldState")
        if step["op"] != "same" and state["type"].startswith("kubernetes:"):
            found[named(state["inputs"])] = step["op"]
    return found


def edited(path: Path, change: Callable[[Any], None]) -> None:
    data = yaml.safe_load(path.read_text())
    change(data)
    path.write_text(yaml.safe_dump(data, sort_keys=False))


def tier_value(project: ProjectCopy) -> None:
    path = project.folder / "templates" / "tiers" / "base.yaml"
    path.write_text(path.read_text().replace("proto-fd-max: 15000", "proto-fd-max: 16000"))


def exporter_version(project: ProjectCopy) -> None:
    path = project.folder / "templates" / "tiers" / "base.yaml"
    path.write_text(path.read_text().replace("exporter:1.34.0", "exporter:1.34.1"))


def tenant_quota(project: ProjectCopy) -> None:
    def more(data: Any) -> None:
        quota = data["teams"]["search"].setdefault("quota", {})
        quota["clusters"] = int(quota.get("clusters", 5)) + 3

    edited(project.file("tenants.yaml"), more)


def host_to_maintenance(project: ProjectCopy) -> None:
    def away(data: Any) -> None:
        first = next(iter(data["hosts"].values()))
        first["state"] = "maintenance"

    edited(project.file("hosts.yaml"), away)


def network_profile(project: ProjectCopy) -> None:
    edited(project.file("cell.yaml"), lambda data: data.update(network="host"))


def provisioner(project: ProjectCopy) -> None:
    """Its configuration is the cell's only ConfigMap."""

    def more(data: Any) -> None:
        data["pools"]["nvme"]["partitions"][0]["deviceGlob"] = "/dev/disk/other/data-*"

    edited(project.file("pools.yaml"), more)


def one_more_cluster(project: ProjectCopy) -> None:
    words = ["search/trends", "--cell", STACK, "--tier", "bronze", "--objects", "1M", "--record", "200B"]
    assert new_cluster([*words, "--reads", "1k/s", "--writes", "100/s", "--root", str(project.folder)]) == 0


def one_more_team(project: ProjectCopy) -> None:
    assert new_team(["pricing", "--cell", STACK, "--root", str(project.folder)]) == 0


def one_more_host(project: ProjectCopy) -> None:
    host = {"model": "metal-a", "rack": "r1", "address": "10.20.1.3"}
    edited(project.file("hosts.yaml"), lambda data: data["hosts"].update({"host-7": host}))


def operator_phase(project: ProjectCopy) -> None:
    upgrade = {"version": "4.5.1", "previousVersion": "4.5.0", "phase": "prepare"}
    edited(project.file("cell.yaml"), lambda data: data["operator"].update(upgrade))


@pytest.mark.parametrize(
    "edit",
    [
        tier_value,
        exporter_version,
        tenant_quota,
        provisioner,
        one_more_cluster,
        one_more_team,
        one_more_host,
        host_to_maintenance,
        operator_phase,
        network_profile,
    ],
    ids=lambda edit: edit.__name__,
)
def test_a_preview_names_exactly_the_objects_that_differ(
    definitions: ProjectCopy, edit: Callable[[ProjectCopy], None]
) -> None:
    before = [(STACK, each) for each in rendered(definitions.folder)]
    edit(definitions)
    differs = changes(before, [(STACK, each) for each in rendered(definitions.folder)]).get(STACK)
    wanted: Mapping[str, str] = {
        **dict.fromkeys(differs.created if differs else (), "create"),
        **dict.fromkeys(differs.changed if differs else (), "update"),
        **dict.fromkeys(differs.deleted if differs else (), "delete"),
    }
    assert {name.replace(" /", " "): op for name, op in previewed(definitions).items()} == wanted


@pytest.mark.usefixtures("reapplied")
def test_a_host_that_is_away_blocks_nothing(definitions: ProjectCopy, plane: ControlPlane) -> None:
    """Its Node object is gone, as when a machine is set up anew; a label of its pool changes meanwhile."""
    host_to_maintenance(definitions)
    definitions.up().check_returncode()
    client.CoreV1Api(api_client(plane)).delete_node("host-1")
    edited(definitions.file("pools.yaml"), lambda data: data["pools"]["nvme"].setdefault("labels", {}).update(a="b"))
    applied = definitions.up()
    assert applied.returncode == 0, applied.stdout
    nodes = plane.server().get("/api/v1/nodes")["items"]
    labels = {node["metadata"]["name"]: node["metadata"]["labels"] for node in nodes}
    assert {name for name in labels if labels[name].get("a") == "b"} == {f"host-{number}" for number in range(2, 7)}
    plane.ensure_nodes({"host-1": []})
    edited(definitions.file("hosts.yaml"), lambda data: data["hosts"]["host-1"].update(state="active"))
    definitions.up().check_returncode()
    assert plane.server().get("/api/v1/nodes/host-1")["metadata"]["labels"]["a"] == "b"


def steps(project: ProjectCopy, parallel: int) -> list[Any]:
    done = project.preview("--json", "--parallel", str(parallel))
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)["steps"]
    return sorted(found, key=lambda step: str(step["urn"]))


def test_previews_are_alike_whatever_runs_side_by_side(definitions: ProjectCopy) -> None:
    tier_value(definitions)
    assert steps(definitions, 1) == steps(definitions, 64) == steps(definitions, 64)


def test_urns_stay(project: ProjectCopy) -> None:
    state = json.loads(project.pulumi("stack", "export", "--stack", STACK).stdout)["deployment"]["resources"]
    found = "\n".join(sorted(each["urn"] for each in state)) + "\n"
    assert found == URNS.read_text(), "a resource that changes its URN is replaced: it needs an alias"


def test_no_secret_is_in_the_state_or_in_the_logs(project: ProjectCopy, plane: ControlPlane, tmp_path: Path) -> None:
    planted = "c4n4ry-" + "x" * 20
    for each in rendered(project.folder):
        if each["kind"] == "AerospikeCluster":
            namespace = each["metadata"]["namespace"]
            secret = {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": f"canary-{each['metadata']['name']}", "namespace": namespace},
                "stringData": {"password": planted},
            }
            plane.server().apply(f"/api/v1/namespaces/{namespace}/secrets/{secret['metadata']['name']}", secret)  # type: ignore[index]
    log = project.pulumi("preview", "--stack", STACK, "--logtostderr", "-v=9")
    assert log.returncode == 0
    texts = [log.stdout, log.stderr, project.pulumi("stack", "export", "--show-secrets", "--stack", STACK).stdout]
    assert not any(planted in text for text in texts)
    assert "AerospikeCluster" in texts[2]
