"""What a person reads when the server is not as it should be, and what is left afterwards: everything."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from aerofleet.local.control_plane import ControlPlane
from tests.engine.faulty_server import Fault, faulty
from tests.engine.small_stack import config_map
from tests.engine.test_recovery import mend, stack_in


def errors(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What the engine says is wrong, once each, without its own closing words."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip().startswith("error:")]
    return [line for line in dict.fromkeys(said) if line not in ("error: update failed", "error: preview failed")]


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


@pytest.mark.parametrize(
    ("space", "changes", "words"),
    [
        ("server-down", {"server": "https://127.0.0.1:1"}, "can't be reached"),
        ("wrong-token", {"token": "not-the-token"}, "does not accept the kubeconfig's credentials"),
        ("another-context", {"context": "production"}, "aerofleet-embedded"),
        ("no-kubeconfig", None, "kubeconfig"),
    ],
)
def test_a_server_that_cannot_be_used_is_one_line_and_changes_nothing(
    space: str,
    changes: dict[str, str] | None,
    words: str,
    tmp_path: Path,
    pulumi_env: dict[str, str],
    control_plane: ControlPlane,
) -> None:
    stack = stack_in(space, tmp_path / "project", pulumi_env)
    stack.up().check_returncode()
    stack.objects.append(config_map("more", space))
    wrong = tmp_path / "wrong"
    path = kubeconfig(control_plane, wrong, **changes) if changes else wrong / "absent"
    said = errors(stack.up(KUBECONFIG=str(path)))
    assert len(said) == 1, said
    assert words in said[0]
    stack.objects.pop()
    mend(stack, control_plane, space)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("POST", "/aerospikeclusters", status=500), "request timed out (500)"),
        (Fault("POST", "/aerospikeclusters", status=503), "request timed out (503)"),
        (Fault("POST", "/configmaps", status=504), "request timed out (504)"),
    ],
    ids=lambda value: f"{value.status} {value.path}" if isinstance(value, Fault) else "",
)
def test_a_server_error_midway_is_one_line_and_the_next_up_goes_on(
    fault: Fault, words: str, tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane
) -> None:
    space = f"error-{fault.status}"
    stack = stack_in(space, tmp_path / "project", pulumi_env)
    with faulty(control_plane, tmp_path / "door") as door:
        door.fault = fault
        said = errors(stack.up(KUBECONFIG=str(door.kubeconfig)))
    assert len(said) == 1, said
    assert words in said[0]
    mend(stack, control_plane, space)


def test_a_server_that_asks_for_patience_is_given_it(
    tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane
) -> None:
    """With 429 a server has carried nothing out, so a create too can be sent again."""
    stack = stack_in("patience", tmp_path / "project", pulumi_env)
    with faulty(control_plane, tmp_path / "door") as door:
        door.fault = Fault("POST", "/configmaps", status=429, times=2)
        applied = stack.up(KUBECONFIG=str(door.kubeconfig))
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert door.fault.times < 0, "the fault did not come up"
    mend(stack, control_plane, "patience")


def test_an_answer_that_got_lost_is_looked_for_and_nothing_is_made_twice(
    tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane
) -> None:
    stack = stack_in("lost-answer", tmp_path / "project", pulumi_env)
    with faulty(control_plane, tmp_path / "door") as door:
        door.fault = Fault("POST", "/configmaps", lost=True)
        applied = stack.up(KUBECONFIG=str(door.kubeconfig))
    assert applied.returncode == 0, applied.stdout + applied.stderr
    mend(stack, control_plane, "lost-answer")


def test_an_object_of_somebody_else_is_named_and_left_alone(
    tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane
) -> None:
    space = "taken"
    server = control_plane.server()
    server.apply(f"/api/v1/namespaces/{space}", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}})
    stack = stack_in(space, tmp_path / "project", pulumi_env)
    said = errors(stack.up())
    assert said == [f'error: creating Namespace {space}: namespaces "{space}" already exists (409)']
    recovered = stack.recover()
    assert recovered.returncode == 1
    assert f"Namespace {space} is on the server without the label" in recovered.stdout
    assert "labels" not in server.get(f"/api/v1/namespaces/{space}")["metadata"].get("annotations", {})
