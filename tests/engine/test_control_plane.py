"""The embedded control plane as its users meet it."""

from __future__ import annotations

import os
import signal
import socket
import stat
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from aerofleet.local import control_plane as starting
from aerofleet.local.control_plane import ControlPlane, died_report, free_port
from aerofleet.local.credentials import LOOPBACK
from aerofleet.local.definitions import permissive_kinds
from aerofleet.local.process import ProcessError
from aerofleet.local.state import State
from aerofleet.toolchain.control_plane import ControlPlanePrograms


@pytest.fixture
def own_plane(tmp_path: Path) -> Iterator[ControlPlane]:
    """A control plane that a test may harm; nothing of it runs yet."""
    plane = ControlPlane(State(tmp_path / "own"))
    try:
        yield plane
    finally:
        plane.remove()


def test_it_serves_kubernetes_on_loopback_and_says_what_it_is(control_plane: ControlPlane) -> None:
    seen = control_plane.status()
    assert seen.healthy
    assert seen.address.startswith("127.0.0.1:")
    assert seen.version.startswith("v1.35.")
    mark = control_plane.server().get("/api/v1/namespaces/kube-system/configmaps/aerofleet-embedded")
    assert mark["data"]["id"] == (control_plane.state.folder / "embedded-id").read_text().strip()


def test_what_grants_access_is_readable_by_its_owner_only(control_plane: ControlPlane) -> None:
    state = control_plane.state
    secret = [state.kubeconfig, state.identity, state.tokens, *state.certificates.glob("*.key")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o600}
    assert stat.S_IMODE(state.folder.stat().st_mode) == 0o700


def test_a_process_that_was_killed_is_reported_and_the_next_start_keeps_the_data(
    own_plane: ControlPlane, programs: ControlPlanePrograms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without AKO's own definitions, so that the permissive ones are seen too.

    The second start meets ports that somebody took in between, and gives them up for others: on a busy machine any
    connection may get the port that was free a moment ago.
    """
    own_plane.start(programs, None)
    assert "AerospikeCluster" in permissive_kinds(own_plane.server())
    own_plane.server().apply(
        "/api/v1/namespaces/kept", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kept"}}
    )
    # The one that no other needs: without its API server the controller manager would give up too, in its own time.
    killed = own_plane.controller_manager.pid
    os.kill(killed, signal.SIGKILL)
    os.waitpid(killed, 0)
    assert [process.name for process in own_plane.died()] == ["kube-controller-manager"]
    assert "kube-controller-manager had died" in died_report(own_plane.died())
    assert not own_plane.status().healthy
    with socket.create_server((LOOPBACK, 0)) as somebody:
        taken = somebody.getsockname()[1]
        # etcd takes two ports and meets the taken one as its second; each of the others meets it once.
        first = [free_port(), taken, free_port(), free_port(), taken, free_port(), taken]
        answers = chain(first, iter(free_port, None))
        monkeypatch.setattr(starting, "free_port", lambda: next(answers))
        own_plane.start(programs, None)
        assert own_plane.status().healthy
    assert own_plane.server().get("/api/v1/namespaces/kept")["metadata"]["name"] == "kept"


def test_a_program_that_ends_at_once_is_an_error_with_its_last_words_and_leaves_nothing_running(
    own_plane: ControlPlane, programs: ControlPlanePrograms, tmp_path: Path
) -> None:
    broken = tmp_path / "kube-apiserver"
    broken.write_text("#!/bin/sh\necho out of order >&2\nexit 3\n")
    broken.chmod(0o755)
    with pytest.raises(ProcessError, match=r"kube-apiserver ended while it was starting\n(.*\n)*.*out of order"):
        own_plane.start(ControlPlanePrograms(programs.etcd, broken, programs.kube_controller_manager), None)
    assert not any(process.running() for process in own_plane.processes)
