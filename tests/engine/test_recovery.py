"""A run that dies at any point is mended by `aerofleet recover` and the next `up`: nothing twice, nothing lost."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from aerofleet.engine.complaint import complaint
from aerofleet.engine.recovery import plan_recovery, recovered_state
from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.credentials import CONTEXT
from tests.engine.faulty_server import faulty
from tests.engine.small_stack import LABELS, SmallStack, cluster, config_map, namespace

UPDATED = re.compile(r"^ *~ +kubernetes:", re.MULTILINE)
"""How the engine shows an object that it updates."""
ENGINE_TOO = {"AEROFLEET_FAULT_KILL": "engine"}


def stack_in(space: str, folder: Path, env: Mapping[str, str]) -> SmallStack:
    objects = [namespace(space), config_map("limits", space, tps="1000")]
    return SmallStack(folder, env, CONTEXT, objects=objects, clusters=[cluster("cart", space)]).prepare()


def objects_of(space: str) -> set[str]:
    """Names of what :func:`stack_in` makes."""
    return {space, f"{space}/limits", f"{space}/cart"}


def on_the_server(plane: ControlPlane, names: Iterable[str]) -> dict[str, str]:
    """Name → uid of every object of ours in the namespaces of these objects, and of the namespaces themselves."""
    server = plane.server()
    selector = "?labelSelector=" + ",".join(f"{key}%3D{value}" for key, value in LABELS.items())
    spaces = {name.partition("/")[0] for name in names}
    inside = [
        item
        for space in spaces
        for path in (
            f"/api/v1/namespaces/{space}/configmaps",
            f"/apis/asdb.aerospike.com/v1/namespaces/{space}/aerospikeclusters",
        )
        for item in server.get(path + selector)["items"]
    ]
    found = {f"{item['metadata']['namespace']}/{item['metadata']['name']}": item["metadata"]["uid"] for item in inside}
    own = {space: server.get(f"/api/v1/namespaces/{space}")["metadata"]["uid"] for space in spaces}
    return {**own, **found}


def settled(stack: SmallStack) -> dict[str, str]:
    """Name → uid of every object that the state holds; nothing is pending."""
    deployment: dict[str, Any] = stack.state()["deployment"]
    assert deployment.get("pending_operations", []) == []
    return {
        resource["urn"].rsplit("::", 1)[-1]: resource["outputs"]["metadata"]["uid"]
        for resource in deployment["resources"]
        if resource["type"].startswith("kubernetes:")
    }


def recover_and_apply(stack: SmallStack, plane: ControlPlane, names: set[str]) -> str:
    """Recover, apply, and check that the state and the server have just these objects. Returns the output of `recover`.

    What was adopted is as it is defined, so that `up` makes what is missing and updates nothing.
    """
    recovered = stack.recover()
    assert recovered.returncode == 0, recovered.stdout + recovered.stderr
    applied = stack.up()
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert not UPDATED.search(applied.stdout), applied.stdout
    left = settled(stack)
    assert left == on_the_server(plane, names)
    assert set(left) == names
    return recovered.stdout


def mend(stack: SmallStack, plane: ControlPlane, names: set[str]) -> str:
    """The same, after which nothing is left to change."""
    recovered = recover_and_apply(stack, plane, names)
    unchanged = stack.preview("--expect-no-changes")
    assert unchanged.returncode == 0, unchanged.stdout
    return recovered


@pytest.mark.parametrize("kill", [{}, ENGINE_TOO], ids=["plugin", "engine"])
def test_a_crash_leaves_nothing_twice_and_nothing_lost(
    kill: dict[str, str], tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane, stand_in: None
) -> None:
    """Several in one stack, which is empty before the first: each time there are new objects, and some are made."""
    who = "engine" if kill else "plugin"
    stack = stack_in(f"crash-{who}", tmp_path / "project", pulumi_env)
    stack.objects, stack.clusters = [], []
    names: set[str] = set()
    for number, fault in enumerate(("after-write:1", "before-request:2", "after-write:3", "before-state:2")):
        space = f"crash-{who}-{number}"
        stack.objects += [namespace(space), config_map("limits", space, tps="1000")]
        stack.clusters.append(cluster(f"cart-{number}", space))
        names |= {space, f"{space}/limits", f"{space}/cart-{number}"}
        assert stack.up(AEROFLEET_FAULT=fault, **kill).returncode != 0
        recover_and_apply(stack, control_plane, names)
    mend(stack, control_plane, names)


@pytest.mark.parametrize("kill", [{}, ENGINE_TOO], ids=["plugin", "engine"])
def test_a_crash_in_a_replacement_is_mended_too(
    kill: dict[str, str], tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane, stand_in: None
) -> None:
    """A ConfigMap's data can't change in place: the old one is deleted (the first operation), the new one made."""
    space = f"replaced-{'engine' if kill else 'plugin'}"
    stack = stack_in(space, tmp_path / "project", pulumi_env)
    stack.up().check_returncode()
    for number, fault in enumerate(("after-write:1", "before-request:2", "after-write:2")):
        stack.objects[1] = config_map("limits", space, tps=str(number))
        assert stack.up(AEROFLEET_FAULT=fault, **kill).returncode != 0
        recover_and_apply(stack, control_plane, objects_of(space))
    mend(stack, control_plane, objects_of(space))


def test_a_file_of_the_backend_that_a_killed_run_left_empty_is_removed(
    tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane
) -> None:
    """The engine itself can open neither the stack nor the backend any more."""
    stack = stack_in("half-written", tmp_path / "project", pulumi_env)
    stack.up().check_returncode()
    backend = Path(urlsplit(pulumi_env["PULUMI_BACKEND_URL"]).path)
    emptied = sorted((backend / ".pulumi").rglob(f"{stack.name}.json.attrs"))
    assert emptied, "the backend writes no such files any more"
    for file in emptied:
        file.write_bytes(b"")
    assert "`aerofleet recover STACK` finds and removes it" in complaint(stack.up().stderr)
    recovered = mend(stack, control_plane, objects_of("half-written"))
    assert all(str(file) in recovered for file in emptied)


def test_a_recovery_that_was_itself_cut_off_is_taken_up_again(
    tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane, stand_in: None
) -> None:
    """Between the adoption of an object and the reading of it, the state knows nothing of it but its id."""
    stack = stack_in("cut-off", tmp_path / "project", pulumi_env)
    assert stack.up(AEROFLEET_FAULT="after-write:3", **ENGINE_TOO).returncode != 0
    state = stack.state()
    adopted = recovered_state(state, plan_recovery(state, lambda *_: {"metadata": {"labels": LABELS}}, lambda _urn: ""))
    (tmp_path / "adopted.json").write_text(json.dumps(adopted))
    stack.pulumi("cancel", "--yes", stack.name).check_returncode()
    stack.pulumi("stack", "import", "--stack", stack.name, "--file", str(tmp_path / "adopted.json")).check_returncode()
    mend(stack, control_plane, objects_of("cut-off"))


def test_a_run_that_goes_on_is_not_recovered_and_keeps_its_lock(
    tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane
) -> None:
    stack = stack_in("goes-on", tmp_path / "project", pulumi_env)
    with faulty(control_plane, tmp_path / "door") as door:
        door.hold()
        with stack.start_up(KUBECONFIG=str(door.kubeconfig)) as run:
            assert door.held.wait(timeout=60), "the run never asked the server"
            refused = stack.recover()
            assert stack.pulumi("up", "--yes", "--skip-preview", "--stack", stack.name).returncode != 0, "no lock"
            door.release()
            assert run.wait(timeout=120) == 0
    assert refused.returncode == 4
    assert f"still going (process {run.pid})" in refused.stderr
    mend(stack, control_plane, objects_of("goes-on"))


@pytest.mark.parametrize("kills", [3, pytest.param(50, marks=pytest.mark.nightly)])
def test_random_kills_leave_nothing_twice_and_nothing_lost(
    kills: int, tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane
) -> None:
    """`kill -9` of the engine and all its plugins, each time while objects are made, changed and deleted."""
    space = f"kills-{kills}"
    stack = stack_in(space, tmp_path / "project", pulumi_env)
    moments = random.Random(kills)
    for round_ in range(kills):
        numbered = [config_map(f"limits-{number}", space, tps=str(round_)) for number in range(8 - round_ % 3)]
        stack.objects = [namespace(space), *numbered]
        kill_after(stack, moments.uniform(0.5, 4))
        recovered = stack.recover()
        assert recovered.returncode == 0, f"round {round_}: {recovered.stdout}{recovered.stderr}"
    applied = stack.up()
    assert applied.returncode == 0, applied.stdout + applied.stderr
    left = settled(stack)
    assert left == on_the_server(control_plane, [space])
    assert set(left) == {space, f"{space}/cart", *(f"{space}/{obj['metadata']['name']}" for obj in numbered)}
    assert stack.preview("--expect-no-changes").returncode == 0


def kill_after(stack: SmallStack, seconds: float) -> None:
    """Start an `up` and kill its whole process group; one that is faster than that was simply not interrupted."""
    with stack.start_up() as run:
        try:
            run.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
