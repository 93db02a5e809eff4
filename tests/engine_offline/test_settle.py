"""A recovery and the lock of its stack: of a run that is over, and where nobody can see whose it is. All else runs the
real engine (tests/engine).
"""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path

import pytest

from aerofleet.engine.pulumi import Engine
from aerofleet.engine.settle import recover

PULUMI = """\
#!/bin/sh
echo "$@" >> {log}
case "$*" in
  *whoami*) echo '{{"url": "{backend}"}}' ;;
  *"stack ls"*) echo '[{{"name": "prod"}}]' ;;
  *"stack export"*) echo '{{"deployment": {{"pending_operations": {pending}}}}}' ;;
  *history*) echo '[]' ;;
esac
"""
UPDATE = '[{"type": "updating", "resource": {"urn": "a::b::c", "type": "kubernetes:core/v1:ConfigMap"}}]'


def engine_script(folder: Path, monkeypatch: pytest.MonkeyPatch, backend: str, pending: str) -> Path:
    """Put a script on PATH that answers as the engine does, and return the file with the arguments of its calls."""
    log, program = folder / "log", folder / "pulumi"
    program.write_text(PULUMI.format(log=log, backend=backend, pending=pending))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return log


@pytest.mark.parametrize(("pending", "message"), [("[]", "nothing was left open"), (UPDATE, "again      c")])
def test_a_lock_of_somebody_who_may_be_at_work_is_left_alone(
    pending: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No bucket can be had here, so a script answers in the engine's place; that refuses a locked stack by itself."""
    log = engine_script(tmp_path, monkeypatch, "s3://states", pending)
    lines: list[str] = []
    assert recover(Engine(tmp_path), "prod", lines.append, dry_run=False)
    shown = "\n".join(lines)
    assert message in shown
    assert "if nothing runs for sure, `pulumi cancel prod` does it" in shown
    assert "cancel" not in log.read_text()


@pytest.mark.parametrize("dry_run", [True, False])
def test_the_lock_of_a_run_that_is_over_is_named(
    dry_run: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = engine_script(tmp_path, monkeypatch, f"file://{tmp_path}", "[]")
    (tmp_path / "Pulumi.yaml").write_text("name: fleet\n")
    lock = tmp_path / ".pulumi/locks/organization/fleet/prod/1.json"
    lock.parent.mkdir(parents=True)
    over = subprocess.Popen(["true"])
    over.wait()
    lock.write_text(json.dumps({"pid": over.pid, "hostname": socket.gethostname()}))
    lines: list[str] = []
    assert recover(Engine(tmp_path), "prod", lines.append, dry_run=dry_run)
    assert lines == ["  unlocked   prod  (the run that had its lock is over)", "prod: nothing was left open"]
    assert ("cancel --yes prod" in log.read_text()) is not dry_run
