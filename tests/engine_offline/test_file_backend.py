"""Files that a killed run leaves in a file backend are found without the engine, which can't open them."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from aerofleet.engine import pulumi as engine
from aerofleet.engine.file_backend import backend_folder, unfinished
from aerofleet.engine.settle import mend_backend
from aerofleet.findings.stop import StillRunningError


@pytest.mark.parametrize(
    ("environment", "project", "credentials", "folder"),
    [
        ("file:///srv/states", "", "", "/srv/states"),
        ("file:///srv/my%20states?metadata=skip", "", "", "/srv/my states"),
        ("file://~/states", "", "", "{home}/states"),
        ("file://states", "", "", "{root}/states"),
        ("", "file:///srv/of-the-project", "s3://states", "/srv/of-the-project"),
        ("", "", "file://~", "{home}"),
        ("s3://states", "file:///srv/of-the-project", "", None),
        ("", "", "", None),
    ],
    ids=[
        "absolute",
        "with a query",
        "in the home",
        "in the project",
        "of Pulumi.yaml",
        "of a login",
        "a bucket",
        "none",
    ],
)
def test_the_folder_is_the_one_that_the_engine_uses(
    environment: str, project: str, credentials: str, folder: str | None, tmp_path: Path
) -> None:
    root, home = tmp_path / "root", tmp_path / "home"
    (home / ".pulumi").mkdir(parents=True)
    root.mkdir()
    (root / "Pulumi.yaml").write_text(f"name: test\nbackend: {{url: '{project}'}}\n" if project else "name: test\n")
    if credentials:
        (home / ".pulumi/credentials.json").write_text(json.dumps({"current": credentials}))
    found = backend_folder(root, {"PULUMI_BACKEND_URL": environment} if environment else {}, home)
    assert found == (folder and Path(folder.format(root=root, home=home)))


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A backend with an attributes file of each kind."""
    folder = tmp_path / ".pulumi/stacks"
    folder.mkdir(parents=True)
    (folder / "whole.json.attrs").write_text('{"user.content_type": "application/json"}')
    (folder / "empty.json.attrs").write_text("")
    (folder / "half.json.attrs").write_text('{"user.con')
    monkeypatch.setenv("PULUMI_BACKEND_URL", tmp_path.as_uri())
    return tmp_path


def test_what_is_unfinished_is_removed_and_nothing_else(backend: Path) -> None:
    lines: list[str] = []
    names = ["empty.json.attrs", "half.json.attrs"]
    assert [file.name for file in unfinished(backend)] == names
    mend_backend(backend, lines.append, dry_run=True)
    assert [file.name for file in unfinished(backend)] == names
    mend_backend(backend, lines.append, dry_run=False)
    assert list(unfinished(backend)) == []
    assert (backend / ".pulumi/stacks/whole.json.attrs").exists()
    shown = "\n".join(lines)
    assert all(f"{name}  (a run was killed while it wrote it; nothing needs it)" in shown for name in names)


def test_nothing_is_removed_while_a_run_is_at_work(backend: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = backend / ".pulumi/locks/organization/test/prod/1.json"
    lock.parent.mkdir(parents=True)
    lock.write_text(json.dumps({"pid": os.getpid(), "hostname": socket.gethostname(), "username": "dana"}))
    monkeypatch.setattr(engine, "is_engine", lambda pid: pid == os.getpid())
    with pytest.raises(StillRunningError, match=rf"is still at work in this backend \(process {os.getpid()}\)"):
        mend_backend(backend, print, dry_run=False)
    assert len(list(unfinished(backend))) == 2
