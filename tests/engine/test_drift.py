"""`aerofleet drift` against a real API server: nothing after `pulumi up`, then what others plant, by its path; the ways
back that it names lead back.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from kubernetes import client, dynamic

from aerofleet.cli import main
from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.environment import embedded_variables
from tests.engine.cell_on_server import api_client
from tests.engine.project_copy import STACK, ProjectCopy

CLUSTER = "asdb.aerospike.com/v1", "AerospikeCluster"
POLICY = "networking.k8s.io/v1", "NetworkPolicy"
CONFIG_MAP = "v1", "ConfigMap"
NAMESPACE = "aerospike-checkout"
LEFT_OVER = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {
        "name": "left-over",
        "namespace": NAMESPACE,
        "labels": {"app.kubernetes.io/managed-by": "aerofleet", "aerofleet.io/cell": STACK},
    },
}
MERGE, JSON_PATCH = "application/merge-patch+json", "application/json-patch+json"

pytestmark = pytest.mark.xdist_group("cell")


class Somebody:
    """Writes to the API server as another manager."""

    def __init__(self, plane: ControlPlane) -> None:
        self.client = dynamic.DynamicClient(api_client(plane))  # type: ignore[no-untyped-call]
        self.plane = plane

    def kind(self, kind: tuple[str, str]) -> Any:
        return self.client.resources.get(api_version=kind[0], kind=kind[1])

    def edits(self, kind: tuple[str, str], name: str, patch: Any, form: str = MERGE, manager: str = "somebody") -> None:
        place = {} if kind[1] == "Namespace" else {"namespace": NAMESPACE}
        self.kind(kind).patch(name=name, body=patch, content_type=form, field_manager=manager, **place)

    def scales(self, name: str, size: int) -> None:
        client.CustomObjectsApi(api_client(self.plane)).patch_namespaced_custom_object_scale(
            "asdb.aerospike.com", "v1", NAMESPACE, "aerospikeclusters", name, {"spec": {"replicas": size}},
            field_manager="kubectl",
        )  # fmt: skip

    def forgets_the_statuses(self) -> None:
        """Take the statuses away that other tests have written: no operator runs here, so there are no pods of them."""
        clusters = self.kind(CLUSTER)
        for cluster in clusters.get().items:
            clusters.status.patch(
                name=cluster.metadata.name,
                namespace=cluster.metadata.namespace,
                body={"status": None},
                content_type=MERGE,
                field_manager="somebody",
            )

    def applies(self, kind: tuple[str, str], name: str, spec: dict[str, Any]) -> None:
        head = {"apiVersion": kind[0], "kind": kind[1], "metadata": {"name": name, "namespace": NAMESPACE}}
        self.kind(kind).server_side_apply(
            body={**head, "spec": spec},
            field_manager="tuning-bot",
            force_conflicts=True,
            namespace=NAMESPACE,
            name=name,
        )


@pytest.fixture
def somebody(project: ProjectCopy, control_plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> Iterator[Somebody]:
    """Somebody else, at the applied cell; afterwards the cell is as it was."""
    for name, value in embedded_variables(control_plane.state).items():
        monkeypatch.setenv(name, value)
    somebody = Somebody(control_plane)
    somebody.forgets_the_statuses()
    yield somebody
    project.pulumi("refresh", "--yes", "--skip-preview", "--stack", STACK).check_returncode()
    project.up().check_returncode()


def found(project: ProjectCopy, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, Any]]]:
    capsys.readouterr()
    code = main(["drift", STACK, "--root", str(project.folder), "--format", "json"])
    return code, json.loads(capsys.readouterr().out)["findings"]


def shown(findings: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {(one["rule"], one["subject"]["name"], one["path"]) for one in findings}


def patches(findings: list[dict[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    """Yield (kind, name, manager, JSON patch) of the commands in the findings."""
    for finding in findings:
        for command in re.findall(r"`(kubectl patch .*?)`[,;]", finding["remedy"]):
            words = shlex.split(command)
            options = dict(zip(words[3::2], words[4::2], strict=True))
            kind, _, name = words[2].partition("/")
            yield kind, name, options.get("--field-manager", "kubectl-patch"), options["--patch"]


def test_what_is_planted_is_found_and_led_back(
    project: ProjectCopy, somebody: Somebody, capsys: pytest.CaptureFixture[str]
) -> None:
    assert found(project, capsys) == (0, [])

    somebody.scales("cart", 5)
    somebody.edits(CLUSTER, "cart", {"spec": {"paused": True}})
    somebody.edits(CLUSTER, "session", {"metadata": {"labels": {"aerofleet.io/team": None}}})
    somebody.applies(CLUSTER, "session", {"aerospikeConfig": {"service": {"ticker-interval": 20}}})
    somebody.edits(POLICY, "cart", {"spec": {"ingress": [{}]}})
    somebody.edits(("v1", "ResourceQuota"), "quota", {"spec": {"hard": {"pods": "99"}}})
    somebody.edits(("v1", "Namespace"), NAMESPACE, {"metadata": {"annotations": {"example.com/theirs": "1"}}})
    somebody.edits(
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        "team-view",
        [{"op": "add", "path": "/subjects/-", "value": {"kind": "User", "name": "mallory"}}],
        JSON_PATCH,
    )
    somebody.kind(POLICY).delete(name="session", namespace=NAMESPACE)
    somebody.kind(CONFIG_MAP).create(body=LEFT_OVER, namespace=NAMESPACE)

    code, findings = found(project, capsys)
    assert code == 1
    assert shown(findings) == {
        ("drift-field-changed", f"AerospikeCluster {NAMESPACE}/cart", "spec.size"),
        ("drift-field-added", f"AerospikeCluster {NAMESPACE}/cart", "spec.paused"),
        ("drift-field-changed", f"AerospikeCluster {NAMESPACE}/session", "metadata.labels.aerofleet.io/team"),
        (
            "drift-field-added",
            f"AerospikeCluster {NAMESPACE}/session",
            "spec.aerospikeConfig.service.ticker-interval",
        ),
        ("drift-field-changed", f"NetworkPolicy {NAMESPACE}/cart", "spec.ingress"),
        ("drift-field-changed", f"ResourceQuota {NAMESPACE}/quota", "spec.hard.pods"),
        ("drift-field-added", f"Namespace {NAMESPACE}", "metadata.annotations.example.com/theirs"),
        ("drift-field-added", f"RoleBinding {NAMESPACE}/team-view", "subjects[mallory]"),
        ("drift-object-removed", f"NetworkPolicy {NAMESPACE}/session", ""),
        ("drift-object-left-over", f"ConfigMap {NAMESPACE}/left-over", ""),
    }
    by_path = {one["path"]: one["message"] for one in findings}
    assert "written by kubectl through the subresource scale" in by_path["spec.size"]
    assert "written by somebody at 20" in by_path["spec.paused"]
    assert "written by tuning-bot at 20" in by_path["spec.aerospikeConfig.service.ticker-interval"]

    kinds = {one.kind.lower(): (one.group_version, one.kind) for one in somebody.client.resources.search() if one.kind}
    for kind, name, manager, patch in patches(findings):
        if not kind.endswith("list"):
            somebody.edits(kinds[kind], name, json.loads(patch), JSON_PATCH, manager)
    somebody.kind(CONFIG_MAP).delete(name="left-over", namespace=NAMESPACE)
    code, findings = found(project, capsys)
    assert shown(findings) == {
        ("drift-field-changed", f"AerospikeCluster {NAMESPACE}/session", "metadata.labels.aerofleet.io/team"),
        ("drift-object-removed", f"NetworkPolicy {NAMESPACE}/session", ""),
    }
    project.pulumi("refresh", "--yes", "--skip-preview", "--stack", STACK).check_returncode()
    project.up().check_returncode()
    assert found(project, capsys) == (0, [])
