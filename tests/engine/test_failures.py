"""What a person reads when the server is not as it should be, and what is left afterwards: everything."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import yaml

from aerofleet.engine.complaint import complaint
from aerofleet.local.control_plane import ControlPlane
from aerofleet.toolchain.engine import stand_in_home
from tests.engine.faulty_server import Fault, faulty
from tests.engine.small_stack import SmallStack, cluster, config_map
from tests.engine.test_recovery import mend, objects_of, stack_in


def error(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a person reads of a run that failed."""
    assert done.returncode not in (0, 2), done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    message = complaint(done.stdout + done.stderr).splitlines()
    assert len(message) == 1, message
    return message[0]


def kubeconfig(plane: ControlPlane, folder: Path, **changes: str) -> Path:
    """A copy of the real one with other values: ``server``, ``context`` or ``token``."""
    settings = yaml.safe_load(plane.state.kubeconfig.read_text())
    if "server" in changes:
        settings["clusters"][0]["cluster"]["server"] = changes["server"]
    if "token" in changes:
        settings["users"][0]["user"] = {"token": changes["token"]}
    if "context" in changes:
        settings["contexts"][0]["name"] = settings["current-context"] = changes["context"]
    folder.mkdir()
    (folder / "embedded-id").write_text(plane.state.identity.read_text())
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(settings))
    return path


UNUSABLE: dict[str, tuple[Mapping[str, str] | None, tuple[str, str]]] = {
    "server down": ({"server": "https://127.0.0.1:1"}, ("can't be reached", "cluster is unreachable")),
    "wrong token": (
        {"token": "not-the-token"},
        ("does not accept the kubeconfig's credentials", "cluster is unreachable"),
    ),
    "another context": ({"context": "production"}, ('no context "aerofleet-embedded"', "aerofleet-embedded")),
    "no kubeconfig": (None, ("the kubeconfig can't be read", "cluster is unreachable")),
}
"""What is wrong with the kubeconfig → text of the stand-in, or of the official provider."""


def test_a_server_that_cannot_be_used_is_one_line_and_changes_nothing(
    tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane
) -> None:
    space = "unusable"
    stack = stack_in(space, tmp_path / "project", pulumi_env)
    stack.up().check_returncode()
    before = stack.state()
    stack.objects.append(config_map("more", space))
    for about, (changes, texts) in UNUSABLE.items():
        wrong = tmp_path / about
        path = wrong / "absent" if changes is None else kubeconfig(control_plane, wrong, **changes)
        message = error(stack.up(KUBECONFIG=str(path)))
        assert any(text in message for text in texts), f"{about}: {message}"
        assert resources(stack.state()) == resources(before), about
    stack.objects.pop()
    mend(stack, control_plane, objects_of(space))


def resources(state: Mapping[str, object]) -> list[Mapping[str, object]]:
    """What a state holds of objects on the server."""
    deployment = state["deployment"]
    assert isinstance(deployment, dict)
    assert not deployment.get("pending_operations")
    return [resource for resource in deployment["resources"] if resource["type"].split(":")[0] == "kubernetes"]


REFUSALS = {503: "request timed out (503)", 500: "request timed out (500)", 504: "request timed out (504)"}
"""Status → text of the stand-in. The official provider has the server's message without the status."""


def test_a_server_error_midway_is_one_line_and_the_next_up_goes_on(
    tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane, toolchain: Path
) -> None:
    """Each of the runs comes as far as its fault, and the next one goes on from there."""
    stand_in = stand_in_home(toolchain) is not None
    space = "server-errors"
    stack = stack_in(space, tmp_path / "project", pulumi_env)
    faults = (
        Fault("POST", "/configmaps", status=504),
        Fault("POST", "/aerospikeclusters", status=500),
        Fault("POST", "/aerospikeclusters", status=503),
    )
    with faulty(control_plane, tmp_path / "door") as door:
        for fault in faults:
            door.fault = fault
            message = error(stack.up(KUBECONFIG=str(door.kubeconfig)))
            assert REFUSALS[fault.status].removesuffix("" if stand_in else f" ({fault.status})") in message
    mend(stack, control_plane, objects_of(space))


def test_a_server_that_asks_for_patience_is_given_it_and_a_lost_answer_is_found_out(
    tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane
) -> None:
    """With 429 a server has carried nothing out, so a create too can be sent again. An answer that does not arrive
    fails the run, whose next one finds the object there; `aerofleet recover` adopts it.
    """
    space = "patience"
    stack = stack_in(space, tmp_path / "project", pulumi_env)
    with faulty(control_plane, tmp_path / "door") as door:
        door.fault = Fault("POST", "/configmaps", status=429, times=2)
        applied = stack.up(KUBECONFIG=str(door.kubeconfig))
        assert applied.returncode == 0, applied.stdout + applied.stderr
        assert door.fault.times < 0, "the fault did not come up"
        stack.clusters.append(cluster("lost", space))
        door.fault = Fault("POST", "/aerospikeclusters", lost=True)
        message = error(stack.up(KUBECONFIG=str(door.kubeconfig)))
        assert 'Post "https://' in message
        assert message.endswith(": EOF")
    assert 'aerospikeclusters.asdb.aerospike.com "lost" already exists' in error(stack.up())
    recovered = mend(stack, control_plane, {*objects_of(space), f"{space}/lost"})
    assert f"adopted    {space}/lost  (it is on the server)" in recovered


def test_an_object_of_somebody_else_is_named_and_left_alone(
    tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane
) -> None:
    space = "taken"
    server = control_plane.server()
    server.apply(f"/api/v1/namespaces/{space}", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}})
    stack: SmallStack = stack_in(space, tmp_path / "project", pulumi_env)
    assert f'namespaces "{space}" already exists' in error(stack.up())
    recovered = stack.recover()
    assert recovered.returncode == 1
    assert f"Namespace {space} is on the server without the label" in recovered.stdout
    assert "labels" not in server.get(f"/api/v1/namespaces/{space}")["metadata"].get("annotations", {})
