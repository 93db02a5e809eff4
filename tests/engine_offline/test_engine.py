"""Who holds a stack's lock: what is certain, and what nobody can know from here."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from aerofleet.engine.pulumi import lock_holder

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
    holder = lock_holder(lock(tmp_path, pid=7, hostname="ci-runner-4"))
    assert holder == "process 7 of dana on ci-runner-4, where nobody can look from here"


def test_a_lock_that_was_never_finished_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "lock.json").write_text("")
    assert lock_holder(tmp_path / "lock.json") == ""
