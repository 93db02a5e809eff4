"""`pulumi up` of the example cell makes what is rendered, and nothing else; previews say exactly what will change."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client

from aerofleet.authoring.new_cluster import new_cluster
from aerofleet.authoring.new_team import TeamRequest, new_team
from aerofleet.engine.changed import StackChange, changes
from aerofleet.local.control_plane import ControlPlane
from tests.engine.cell_on_server import Object, Reader, api_client, missing, named, rendered, written
from tests.engine.example_cell import SPARE_HOST
from tests.engine.project_copy import STACK, ProjectCopy
from tests.fleet.project import ROOT

URNS = ROOT / "tests" / "cases" / "urns" / "local.txt"
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

pytestmark = pytest.mark.xdist_group("cell")


@pytest.fixture
def plane(control_plane: ControlPlane) -> ControlPlane:
    return control_plane


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


def all_written(plane: ControlPlane) -> dict[str, Object]:
    """Every object of ours, and every node, as somebody last wrote it."""
    server = plane.server()
    return {
        f"{path} {item['metadata'].get('namespace', '')}/{item['metadata']['name']}": written(item)
        for path in RENDERED
        for item in server.get(path + ("" if path.endswith("nodes") else OURS))["items"]
    }


def test_the_server_holds_every_rendered_object(project: ProjectCopy, plane: ControlPlane) -> None:
    reader = Reader(plane)
    wrong = {
        named(manifest): found
        for manifest in rendered(project.folder)
        if (found := list(missing({key: manifest[key] for key in manifest if key != "status"}, reader.get(manifest))))
    }
    assert wrong == {}


def test_the_state_holds_them_and_nothing_else(project: ProjectCopy) -> None:
    state = json.loads(project.pulumi("stack", "export", "--stack", STACK).stdout)["deployment"]["resources"]
    in_state = {named(resource["outputs"]) for resource in state if resource["type"].startswith("kubernetes:")}
    assert in_state == {named(manifest) for manifest in rendered(project.folder)}


def test_the_outputs_tell_where_each_cluster_answers(project: ProjectCopy) -> None:
    clusters = json.loads(project.pulumi("stack", "output", "--json", "--stack", STACK).stdout)["clusters"]
    wanted = {}
    for manifest in rendered(project.folder):
        if manifest["kind"] == "AerospikeCluster":
            name, space = manifest["metadata"]["name"], manifest["metadata"]["namespace"]
            service = manifest["spec"]["aerospikeConfig"]["network"]["service"]
            port = service.get("tls-port", service.get("port"))
            wanted[f"{name}.{space}.svc:{port}"] = service.get("tls-name")
    assert {cluster["endpoint"]: cluster.get("tlsName") for cluster in clusters.values()} == wanted


def test_a_refresh_finds_no_drift(project: ProjectCopy) -> None:
    refreshed = project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", STACK)
    assert refreshed.returncode == 0, refreshed.stdout


def test_a_second_up_changes_nothing(project: ProjectCopy, plane: ControlPlane) -> None:
    before = all_written(plane)
    again = project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", STACK)
    assert again.returncode == 0, again.stdout
    assert all_written(plane) == before


def steps(project: ProjectCopy, parallel: int) -> list[Any]:
    """The steps of a preview, in the order of their URNs."""
    done = project.preview("--json", "--parallel", str(parallel))
    assert done.returncode == 0, done.stdout + done.stderr
    return sorted(json.loads(done.stdout)["steps"], key=lambda step: str(step["urn"]))


def operations(steps: Sequence[Any]) -> dict[str, str]:
    """Object → operation of a preview's steps."""
    found = {}
    for step in steps:
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
    workload = {"objects": "1M", "record": "200B", "reads": "1k/s", "writes": "100/s"}
    new_cluster(project.folder, STACK, "search/trends", "bronze", workload)


def one_more_team(project: ProjectCopy) -> None:
    new_team(project.folder, STACK, TeamRequest("pricing"))


def one_more_host(project: ProjectCopy) -> None:
    host = {"model": "metal-a", "rack": "r1", "address": "10.20.1.3"}
    edited(project.file("hosts.yaml"), lambda data: data["hosts"].update({SPARE_HOST: host}))


def operator_phase(project: ProjectCopy) -> None:
    upgrade = {"version": "4.5.1", "previousVersion": "4.5.0", "phase": "prepare"}
    edited(project.file("cell.yaml"), lambda data: data["operator"].update(upgrade))


EDITS: dict[str, tuple[Callable[[ProjectCopy], None], ...]] = {
    "all over": (tenant_quota, provisioner, one_more_cluster, one_more_team, one_more_host),
    "tier value": (tier_value,),
    "exporter": (exporter_version, host_to_maintenance),
    "operator": (operator_phase,),
    "network": (network_profile,),
}
"""One preview for each line. The edits of a line change different objects, so each is seen as by itself."""


@pytest.mark.parametrize("edits", EDITS.values(), ids=EDITS)
def test_a_preview_names_exactly_the_objects_that_differ(
    definitions: ProjectCopy, edits: Sequence[Callable[[ProjectCopy], None]]
) -> None:
    """And is alike whatever runs side by side."""
    before = [(STACK, manifest) for manifest in rendered(definitions.folder)]
    wanted: Counter[tuple[str, str]] = Counter()
    for edit in edits:
        with definitions.put_back():
            edit(definitions)
            wanted.update(differences(before, [(STACK, manifest) for manifest in rendered(definitions.folder)]).items())
    assert set(wanted.values()) == {1}, "two edits change one object, or none changes any"
    for edit in edits:
        edit(definitions)
    seen = steps(definitions, 64)
    assert {name.replace(" /", " "): op for name, op in operations(seen).items()} == dict(wanted.keys())
    if edits == (tier_value,):
        assert steps(definitions, 1) == seen == steps(definitions, 64)


def differences(before: Sequence[tuple[str, Object]], after: Sequence[tuple[str, Object]]) -> dict[str, str]:
    """Object → operation that leads from one rendered cell to another."""
    differs = changes(before, after).get(STACK, StackChange())
    return {
        **dict.fromkeys(differs.created, "create"),
        **dict.fromkeys(differs.changed, "update"),
        **dict.fromkeys(differs.deleted, "delete"),
    }


def test_a_preview_shows_exactly_the_changed_parameter_and_writes_nothing(
    definitions: ProjectCopy, plane: ControlPlane
) -> None:
    cart = next(
        manifest
        for manifest in rendered(definitions.folder)
        if named(manifest) == "AerospikeCluster aerospike-checkout/cart"
    )
    value = cart["spec"]["aerospikeConfig"]["service"]["proto-fd-max"]
    definitions.edit("teams/checkout.yaml", "  cart:\n", "  cart:\n    service: {proto-fd-max: 20000}\n")
    before = all_written(plane)
    assert definitions.changes() == {
        "aerospike-checkout/cart": {"op": "update", "paths": ["spec.aerospikeConfig.service.proto-fd-max"]}
    }
    assert all_written(plane) == before
    shown = definitions.preview("--diff").stdout
    assert f"proto-fd-max: {value} => 20000" in shown


def refused(project: ProjectCopy) -> str:
    """Return the output of a preview that stops at the definitions."""
    done = project.preview()
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout


def test_mistakes_in_the_definitions_stop_the_preview_with_their_places(definitions: ProjectCopy) -> None:
    """A renamed cluster, a misspelt tier, a cluster that is removed."""
    definitions.edit("teams/payments.yaml", "  ledger:\n", "  book:\n")
    definitions.edit("teams/payments.yaml", "    tier: ledger@1\n", "    tier: ledgers\n")
    output = refused(definitions)
    assert "payments/ledger is in no team file" in output
    assert "stacks/local/teams/payments.yaml:" in output
    assert "'ledgers'" in output
    definitions.edit("cell.yaml", "ephemeral: true", "ephemeral: false")
    definitions.file("teams/payments.yaml").unlink()
    output = refused(definitions)
    assert "payments/ledger is in no team file" in output
    assert "step by step" in output


def test_what_the_operator_would_refuse_stops_the_preview_where_it_is_written(definitions: ProjectCopy) -> None:
    definitions.edit("teams/checkout.yaml", "  cart:\n", "  cart:\n    service: {proto-fd-max: much}\n")
    output = refused(definitions)
    assert "stacks/local/teams/checkout.yaml:" in output
    assert "service.proto-fd-max" in output


def test_a_host_that_is_no_node_stops_the_preview_and_up_and_no_node_is_made(
    definitions: ProjectCopy, plane: ControlPlane
) -> None:
    host = {"model": "metal-a", "rack": "r1", "address": "10.20.1.4"}
    edited(definitions.file("hosts.yaml"), lambda data: data["hosts"].update({"host-8": host}))
    before = all_written(plane)
    for run in (definitions.preview, definitions.up):
        done = run()
        assert done.returncode != 0
        assert (
            "host-8  pool nvme has this host, and there is no such node in context 'aerofleet-embedded'" in done.stdout
        )
        assert "join it to the cluster first, or write `state: absent` in hosts.yaml" in done.stdout
        assert "Traceback" not in done.stdout + done.stderr
    assert all_written(plane) == before


@pytest.mark.usefixtures("reapplied")
def test_a_host_that_is_away_blocks_nothing(definitions: ProjectCopy, plane: ControlPlane) -> None:
    """Its Node object is gone, as when a machine is set up anew; a label of its pool changes meanwhile."""
    host_to_maintenance(definitions)
    client.CoreV1Api(api_client(plane)).delete_node("host-1")
    edited(definitions.file("pools.yaml"), lambda data: data["pools"]["nvme"].setdefault("labels", {}).update(a="b"))
    applied = definitions.up()
    assert applied.returncode == 0, applied.stdout
    assert (
        "host host-1 is in maintenance and no node of context 'aerofleet-embedded': nothing is sent" in applied.stdout
    )
    nodes = plane.server().get("/api/v1/nodes")["items"]
    labels = {node["metadata"]["name"]: node["metadata"]["labels"] for node in nodes}
    assert {name for name in labels if labels[name].get("a") == "b"} == {f"host-{number}" for number in range(2, 7)}
    assert "host-1" not in labels
    plane.ensure_nodes({"host-1": []})
    edited(definitions.file("hosts.yaml"), lambda data: data["hosts"]["host-1"].update(state="active"))
    definitions.up().check_returncode()
    assert plane.server().get("/api/v1/nodes/host-1")["metadata"]["labels"]["a"] == "b"


def test_urns_stay(project: ProjectCopy) -> None:
    state = json.loads(project.pulumi("stack", "export", "--stack", STACK).stdout)["deployment"]["resources"]
    found = "\n".join(sorted(resource["urn"] for resource in state)) + "\n"
    assert found == URNS.read_text(), "a resource that changes its URN is replaced: it needs an alias"


def test_no_secret_is_in_the_state_or_in_the_logs(project: ProjectCopy, plane: ControlPlane, tmp_path: Path) -> None:
    planted = "c4n4ry-" + "x" * 20
    for manifest in rendered(project.folder):
        if manifest["kind"] == "AerospikeCluster":
            namespace = manifest["metadata"]["namespace"]
            secret = {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": f"canary-{manifest['metadata']['name']}", "namespace": namespace},
                "stringData": {"password": planted},
            }
            plane.server().apply(f"/api/v1/namespaces/{namespace}/secrets/{secret['metadata']['name']}", secret)  # type: ignore[index]
    log = project.pulumi("preview", "--stack", STACK, "--logtostderr", "-v=9")
    assert log.returncode == 0
    texts = [log.stdout, log.stderr, project.pulumi("stack", "export", "--show-secrets", "--stack", STACK).stdout]
    assert not any(planted in text for text in texts)
    assert "AerospikeCluster" in texts[2]
