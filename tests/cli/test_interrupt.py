"""Ctrl-C: one line, exit code 130, and no traceback, whatever the verb waits for."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from aerofleet import cli
from tests.fleet.project import SHOP

PULUMI = """\
#!/bin/sh
trap 'echo gave its lock back; exit 3' INT
echo begun
while :; do sleep 0.05; done
"""


@pytest.fixture(autouse=True)
def answered_interrupt() -> Iterator[None]:
    """A shell starts its background jobs with SIGINT ignored, and children of the tests would inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("verb", list(cli.VERBS))
def test_every_verb_ends_with_one_line(
    verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_words: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "import_module", lambda _name: SimpleNamespace(run=interrupted))
    assert cli.main([verb]) == 130
    shown = capsys.readouterr().err
    assert shown.startswith(f"aerofleet {verb}: interrupted") and shown.count("\n") == 1


@pytest.mark.parametrize("verb", [["wait", "here"], ["preflight", "here"]], ids=" ".join)
def test_a_verb_that_waits_for_a_server_can_be_interrupted(verb: list[str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        names = {"clusters": [{"name": "a", "cluster": {"server": address}}], "users": [{"name": "a", "user": {}}]}
        contexts = [{"name": "here", "context": {"cluster": "a", "user": "a"}}]
        file = tmp_path / "kubeconfig"
        file.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "Config", **names, "contexts": contexts}))
        command = [sys.executable, "-c", "import sys; from aerofleet.cli import main; sys.exit(main())", *verb]
        child = subprocess.Popen(
            [*command, "--root", str(SHOP)],
            env={**os.environ, "KUBECONFIG": str(file)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        connection, _ = server.accept()  # it has asked, and gets no answer
        with connection:
            child.send_signal(signal.SIGINT)
            out, err = child.communicate()
    assert child.returncode == 130, err
    assert out == "" and err.startswith(f"aerofleet {verb[0]}: interrupted") and err.count("\n") == 1


def test_the_engine_ends_by_itself_what_it_has_begun(tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.write_text(PULUMI)
    program.chmod(0o755)
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from pathlib import Path; from aerofleet.local.try_out import pulumi; pulumi(Path(), 'up')",
        ],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n"
    os.killpg(child.pid, signal.SIGINT)
    assert child.communicate()[0] == "gave its lock back\n"
