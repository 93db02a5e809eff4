"""`aerofleet wait` against a real API server: the test writes the statuses, the exit codes are those of its page."""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.status import finished_status, merge_patched, status_dict
from aerofleet.cli import main
from aerofleet.live.cluster_api import ClusterApi
from aerofleet.live.wait import CLUSTER
from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.environment import embedded_variables
from tests.engine.cell_on_server import rendered
from tests.fleet.project import EXAMPLE, ROOT

PAGE = ROOT / "docs" / "how-to" / "wait-for-a-roll-out.md"
CHANGED = "cart"
"""The cluster whose status a case changes; the others are rolled out."""

pytestmark = pytest.mark.xdist_group("site")

CASES: dict[str, tuple[dict[str, Any], int]] = {
    "rolled out": ({}, 0),
    "the operator is at work": ({"phase": "InProgress"}, 4),
    "phase Completed, but the status mirrors the previous spec": ({"size": 1}, 4),
    "phase Completed, but the status has a value that the spec no longer has": ({"k8sNodeBlockList": ["host-a"]}, 4),
    "never rolled out so far": ({"phase": "InProgress", "aerospikeConfig": None}, 4),
    "the operator reports an error": ({"phase": "Error"}, 1),
    "a pod runs another image": ({"pods": {"cart-1-0": {"image": "aerospike-server-enterprise:8.0.0.1"}}}, 4),
    "a pod is missing": ({"pods": {"cart-1-0": None}}, 4),
    "a live setting failed in part": ({"pods": {"cart-1-0": {"dynamicConfigUpdateStatus": "PartiallyFailed"}}}, 4),
}


def path_of(manifest: dict[str, Any]) -> str:
    metadata = manifest["metadata"]
    return f"/apis/asdb.aerospike.com/v1/namespaces/{metadata['namespace']}/aerospikeclusters/{metadata['name']}"


def rolled_out(manifest: dict[str, Any]) -> dict[str, Any]:
    """The status of a finished roll-out, with what pods write of themselves."""
    status = status_dict(finished_status(cluster_of(manifest)))
    hashes = dict.fromkeys(("aerospikeConfigHash", "networkPolicyHash", "podSpecHash"), "0a")
    for name, pod in status["pods"].items():
        rack = int(name.rsplit("-", 2)[1])
        own = {"clusterName": manifest["metadata"]["name"], "nodeID": "0a1", "rackID": rack}
        pod.update({**hashes, "podIP": "127.0.0.1", "podPort": 1, "aerospike": own})
    return status


@pytest.fixture(scope="module")
def plane(site: ControlPlane) -> ControlPlane:
    """Holds the clusters of the example cell, every one rolled out."""
    for manifest in rendered(EXAMPLE):
        if manifest["kind"] == "Namespace":
            site.server().apply(f"/api/v1/namespaces/{manifest['metadata']['name']}", manifest)
        elif manifest["kind"] == "AerospikeCluster":
            # As the operator's webhook would have filled it in: none runs here.
            site.server().apply(path_of(manifest), {**manifest, "spec": cluster_of(manifest).spec})
            write_status(site, manifest, rolled_out(manifest))
    return site


def write_status(plane: ControlPlane, manifest: dict[str, Any], status: dict[str, Any]) -> None:
    head = {key: manifest[key] for key in ("apiVersion", "kind")}
    metadata = {key: manifest["metadata"][key] for key in ("name", "namespace")}
    plane.server().apply(f"{path_of(manifest)}/status", {**head, "metadata": metadata, "status": status})


@pytest.fixture
def cart(plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    for name, value in embedded_variables(plane.state).items():
        monkeypatch.setenv(name, value)
    manifest = next(
        manifest
        for manifest in rendered(EXAMPLE)
        if manifest["metadata"]["name"] == CHANGED and manifest["kind"] == "AerospikeCluster"
    )
    yield manifest
    write_status(plane, manifest, rolled_out(manifest))


@pytest.mark.parametrize("about", CASES)
def test_the_exit_code_tells_where_the_roll_out_is(
    about: str, cart: dict[str, Any], plane: ControlPlane, capsys: pytest.CaptureFixture[str]
) -> None:
    patch, code = CASES[about]
    write_status(plane, cart, merge_patched(copy.deepcopy(rolled_out(cart)), patch))
    found = main(["wait", "local", "--root", str(EXAMPLE), "--timeout", "0"])
    shown = capsys.readouterr().out
    assert found == code, shown
    assert re.search(rf"aerospike-checkout/{CHANGED} +(done|running|stuck|wrong) ", shown), shown


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ("proto-fd-max: 16000", "on the server differs from the definitions"),
        ("", "spec.aerospikeConfig.service.proto-fd-max is on the server and not in the definitions"),
    ],
)
def test_a_change_that_nobody_applied_will_not_come_by_waiting(
    by: str, message: str, cart: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cart
    project = copy_of_definitions(tmp_path)
    base = project / "templates" / "tiers" / "base.yaml"
    base.write_text(base.read_text().replace("proto-fd-max: 15000", by))
    assert main(["wait", "local", "--root", str(project), "--timeout", "0"]) == 1
    assert message in capsys.readouterr().out


def test_a_list_that_the_server_has_forgotten_counts_as_changed(cart: dict[str, Any], plane: ControlPlane) -> None:
    """The nodes of many clusters take minutes to ask; a server keeps its history for five."""
    assert cart
    ClusterApi("aerofleet-embedded").wait_for_change(*CLUSTER, "1", timeout_seconds=1)


def copy_of_definitions(folder: Path) -> Path:
    for name in ("stacks", "templates"):
        shutil.copytree(EXAMPLE / name, folder / name)
    return folder


def test_the_page_lists_every_case_with_its_code() -> None:
    lines = re.findall(r"^\| ([^|]+?) +\| (\d) \|", PAGE.read_text(), re.MULTILINE)
    assert {about: code for about, (_, code) in CASES.items()}.items() <= {
        about: int(code) for about, code in lines
    }.items()
