"""A program that keeps running after the command that started it has ended."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from aerofleet.findings.stop import FailureError

POLL_SECONDS = 0.1
STOP_SECONDS = 10
TAIL_LINES = 12
NOTE_ID_AND_BECOME = ("/bin/sh", "-c", 'echo $$ > "$0"; exec "$@"')


class ProcessError(FailureError):
    """A process died or never got ready; the text names it and ends with the tail of its log."""


class Process:
    """One program, known by the files ``<name>.lock``, ``.pid`` and ``.log`` in ``folder``.

    It inherits a locked file and keeps the lock as long as it lives. So the kernel decides whether it runs, and another
    process with the same id is never mistaken for it. It writes its id itself: the command that started it may be
    killed before it could.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._lock = folder / f"{name}.lock"
        self._pid = folder / f"{name}.pid"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def known(self) -> bool:
        """Whether it was started and not stopped since; it may have died."""
        return self._pid.exists() or self.running()

    @property
    def pid(self) -> int:
        """Id of the running process; 0 until the process has written it."""
        try:
            return int(self._pid.read_text() or 0)
        except FileNotFoundError:
            return 0

    def running(self) -> bool:
        if not self._lock.exists():
            return False
        with self._lock.open() as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def start(self, command: Sequence[str]) -> None:
        """Start the program in a session of its own, so that a Ctrl-C in this terminal does not reach it."""
        with self._lock.open("w") as lock, self.log.open("wb") as log:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._child = subprocess.Popen(
                [*NOTE_ID_AND_BECOME, str(self._pid), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock.fileno(),),
                start_new_session=True,
            )

    def wait_ready(self, ready: Callable[[], bool], seconds: float) -> None:
        """Poll until ``ready``. Raises ProcessError as soon as the process is dead, and after ``seconds``."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running():
                raise ProcessError(f"{self.name} ended while it was starting\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise ProcessError(f"{self.name} is not ready after {seconds:.0f} s\n{self.log_tail()}")
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Stop the program, by force if it does not end by itself; no error if it does not run."""
        deadline = time.monotonic() + STOP_SECONDS
        signals = [signal.SIGTERM]
        while self.running():
            if signals and self.pid:
                with suppress(ProcessLookupError):
                    os.kill(self.pid, signals.pop())
            if time.monotonic() > deadline:
                signals, deadline = [signal.SIGKILL], deadline + STOP_SECONDS
            time.sleep(POLL_SECONDS)
        if self._child is not None:
            self._child.wait()
        self._pid.unlink(missing_ok=True)

    def log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:] if self.log.exists() else []
        return "\n".join([f"the end of {self.log}:", *(f"  {line}" for line in lines)])
