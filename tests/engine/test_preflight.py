"""`aerofleet preflight` against a real API server: it names what is missing, and nothing once it is there."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client

from aerofleet.cli import main
from aerofleet.live.preflight import OPERATOR_VERSION
from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.environment import embedded_variables
from aerofleet.units.aerospike_cluster import DEFINITION
from tests.engine.cell_on_server import api_client, rendered, without_definition
from tests.fleet.project import EXAMPLE

pytestmark = pytest.mark.xdist_group("site")

TAINT = {"key": "dedicated", "value": "aerospike", "effect": "NoSchedule"}


@pytest.fixture
def plane(site: ControlPlane) -> ControlPlane:
    """With the hosts of the example cell, tainted as its pool expects."""
    return site


@pytest.fixture
def second_host(plane: ControlPlane) -> Iterator[Callable[..., None]]:
    """Changes what stands in the spec of node host-2, which is put back after the test."""

    def change(**spec: Any) -> None:
        client.CoreV1Api(api_client(plane)).patch_node("host-2", {"spec": spec})

    yield change
    change(taints=[TAINT], unschedulable=None)


@pytest.fixture
def project(tmp_path: Path, plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in embedded_variables(plane.state).items():
        monkeypatch.setenv(name, value)
    for name in ("stacks", "templates"):
        shutil.copytree(EXAMPLE / name, tmp_path / name)
    return tmp_path


def edited(project: Path, **changes: Any) -> None:
    path = project / "stacks" / "local" / "cell.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **changes}, sort_keys=False))


def found(project: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, Counter[str]]:
    """Exit code, and how often each rule was named."""
    code = main(["preflight", "local", "--root", str(project), "--format", "json"])
    return code, Counter(finding["rule"] for finding in json.loads(capsys.readouterr().out)["findings"])


def test_a_cluster_with_all_that_is_needed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preflight", "local", "--root", str(project)]) == 0
    assert capsys.readouterr().out == "local: everything is there\n"


def test_a_node_without_its_taint(
    project: Path, second_host: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    second_host(taints=[])
    assert main(["preflight", "local", "--root", str(project)]) == 1
    out = capsys.readouterr().out
    assert "host-2  lacks the taint dedicated=aerospike:NoSchedule of pool nvme" in out
    assert "kubectl taint node host-2 dedicated=aerospike:NoSchedule" in out


def test_a_cordoned_node_is_a_warning(
    project: Path, second_host: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    second_host(unschedulable=True)
    assert found(project, capsys) == (0, {"preflight-cordoned": 1})


def test_a_host_that_is_no_node(project: Path, plane: ControlPlane, capsys: pytest.CaptureFixture[str]) -> None:
    client.CoreV1Api(api_client(plane)).delete_node("host-1")
    seen = found(project, capsys)
    plane.ensure_nodes({"host-1": [TAINT]})
    assert seen == (1, {"preflight-node": 1})


def test_a_node_object_without_a_machine(
    project: Path, plane: ControlPlane, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the provider makes one by a patch of a host that is no node."""
    core = client.CoreV1Api(api_client(plane))
    core.create_node({"metadata": {"name": "phantom", "labels": {"aerofleet.io/pool": "nvme"}}})
    code = main(["preflight", "local", "--root", str(project)])
    core.delete_node("phantom")
    assert code == 1
    assert "phantom  is a Node object without a machine: no kubelet ever registered it" in capsys.readouterr().out


def test_an_object_of_somebody_else(project: Path, plane: ControlPlane, capsys: pytest.CaptureFixture[str]) -> None:
    storage = client.StorageV1Api(api_client(plane))
    storage.create_storage_class({"metadata": {"name": "aerofleet-data"}, "provisioner": "vendor.example/files"})
    code = main(["preflight", "local", "--root", str(project)])
    storage.delete_storage_class("aerofleet-data")
    assert code == 1
    assert "StorageClass aerofleet-data  is there already, without the label" in capsys.readouterr().out


def test_a_kind_that_others_bring(project: Path, plane: ControlPlane, capsys: pytest.CaptureFixture[str]) -> None:
    with without_definition(plane, "podmonitors.monitoring.coreos.com", "monitoring.coreos.com/v1"):
        assert found(project, capsys) == (1, {"preflight-kind": 1})
    assert found(project, capsys) == (0, {})


def test_definitions_of_another_operator(
    project: Path, plane: ControlPlane, capsys: pytest.CaptureFixture[str]
) -> None:
    definitions = client.ApiextensionsV1Api(api_client(plane))

    def annotate(release: str | None) -> None:
        definitions.patch_custom_resource_definition(
            DEFINITION, {"metadata": {"annotations": {OPERATOR_VERSION: release}}}
        )

    before = definitions.read_custom_resource_definition(DEFINITION).metadata.annotations.get(OPERATOR_VERSION)
    annotate("4.4.1")
    code = main(["preflight", "local", "--root", str(project)])
    annotate(before)
    assert code == 1
    assert f"{DEFINITION}  is of operator 4.4.1, cell.yaml names 4.5.0" in capsys.readouterr().out
    assert found(project, capsys) == (0, {})


def test_a_storage_class_that_others_make(
    project: Path, plane: ControlPlane, capsys: pytest.CaptureFixture[str]
) -> None:
    tier = project / "templates" / "tiers" / "base.yaml"
    tier.write_text(tier.read_text().replace("aerofleet-files", "vendor-files"))
    assert found(project, capsys) == (1, {"preflight-storage": 1})
    client.StorageV1Api(api_client(plane)).create_storage_class(
        {"metadata": {"name": "vendor-files"}, "provisioner": "vendor.example/files"}
    )
    assert found(project, capsys) == (0, {})


def test_secrets_that_people_make(project: Path, plane: ControlPlane, capsys: pytest.CaptureFixture[str]) -> None:
    edited(project, secretStore={"kind": "existing"})
    code, rules = found(project, capsys)
    assert (code, set(rules)) == (1, {"preflight-secret"})
    core = client.CoreV1Api(api_client(plane))
    (space,) = (
        manifest
        for manifest in rendered(project)
        if manifest["kind"] == "Namespace" and manifest["metadata"]["name"] == "aerospike-search"
    )
    plane.server().apply("/api/v1/namespaces/aerospike-search", space)
    core.create_namespaced_secret("aerospike-search", {"metadata": {"name": "aerospike-feature-key"}})
    assert found(project, capsys) == (1, {"preflight-secret": rules["preflight-secret"] - 2})


def test_another_kubernetes_than_the_cell_says(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited(project, kubernetes="1.34")
    assert found(project, capsys) == (1, {"preflight-kubernetes": 1})


def test_a_server_that_does_not_answer(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited(project, context="elsewhere")
    assert main(["preflight", "local", "--root", str(project)]) == 1
    assert "no context 'elsewhere'" in capsys.readouterr().err
