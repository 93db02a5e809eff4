"""Who holds a stack's lock: what is certain, and what nobody can know from here."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from aerofleet.stack.engine import complaint, lock_holder

GONE = 2**22 + 1
"""Greater than any process id that Linux gives out."""


def lock(folder: Path, **holder: object) -> Path:
    path = folder / "lock.json"
    path.write_text(json.dumps({"username": "dana", "hostname": socket.gethostname(), **holder}))
    return path


@pytest.mark.parametrize("pid", [GONE, os.getpid()], ids=["gone", "another program by now"])
def test_a_run_that_is_over_holds_nothing(pid: int, tmp_path: Path) -> None:
    assert lock_holder(lock(tmp_path, pid=pid)) == ""


def test_a_run_on_another_machine_may_be_going(tmp_path: Path) -> None:
    held = lock_holder(lock(tmp_path, pid=7, hostname="ci-runner-4"))
    assert held == "process 7 of dana on ci-runner-4, where nobody can look from here"


def test_a_lock_that_was_never_finished_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "lock.json").write_text("")
    assert lock_holder(tmp_path / "lock.json") == ""


def test_a_locked_stack_is_told_with_who_holds_it() -> None:
    locked = "error: the stack is currently locked by 1 lock(s)."
    holder = "s3://states/.pulumi/locks/prod/1.json: created by ci@runner-4 (pid 7) at 2026-01-01T00:00:00Z"
    assert complaint(f"Importing:\n{locked}\n  {holder}\n") == f"{locked}\n{holder}"


def test_without_a_backend_it_is_said_how_to_choose_one() -> None:
    said = complaint("error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions\n")
    assert "set PULUMI_BACKEND_URL" in said
