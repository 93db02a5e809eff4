"""A program that outlives the command that started it, as the next command sees it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from aerofleet.local.process import Process


def test_the_next_command_sees_it_and_ends_it(tmp_path: Path) -> None:
    started = Process(tmp_path, "sleeper")
    started.start(["sleep", "600"])
    later = Process(tmp_path, "sleeper")
    started.wait_ready(lambda: later.pid != 0, 10)
    assert later.running()
    os.kill(later.pid, 0)
    started.stop()
    assert not later.running()
    assert not later.known


def test_one_that_has_not_noted_its_id_yet_runs_all_the_same(tmp_path: Path) -> None:
    """Whoever started it was killed at once: starting another one beside it would wait for its lock for ever."""
    with (tmp_path / "young.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        young = Process(tmp_path, "young")
        assert young.running()
        assert young.known
        assert young.pid == 0


def test_what_it_prints_is_kept_for_when_it_dies(tmp_path: Path) -> None:
    started = Process(tmp_path, "talker")
    started.start(["sh", "-c", "echo last words; exec sleep 600"])
    started.wait_ready(lambda: "last words" in started.log_tail(), 10)
    started.stop()
    assert started.log.read_text() == "last words\n"
