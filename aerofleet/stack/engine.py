"""The Pulumi command line, as far as stacks are handled from outside the program.

The command and not the Automation API: a move needs `state move` and recovery the whole states of a preview, which
the API does not have, and one way to the engine is enough.
"""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from aerofleet.stack.complaint import complaint


class EngineError(Exception):
    """The engine refused or is absent; the text is its own last words, for a person."""


@dataclass(frozen=True, slots=True)
class Engine:
    """``root`` is the project folder that holds Pulumi.yaml."""

    root: Path

    def run(self, *arguments: str) -> str:
        """Run ``pulumi`` and return what it printed; raises EngineError with its complaint."""
        done = self._done(*arguments)
        if done.returncode:
            raise EngineError(complaint(done.stderr or done.stdout))
        return done.stdout

    def _done(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        program = shutil.which("pulumi")
        if program is None:
            raise EngineError('no `pulumi` on PATH; `eval "$(aerofleet env)"` puts the project\'s own there')
        command = [program, "--cwd", str(self.root), "--non-interactive", "--color", "never", *arguments]
        return to_its_end(command, capture=True)

    def stacks(self) -> tuple[str, ...]:
        return tuple(entry["name"] for entry in json.loads(self.run("stack", "ls", "--json")))

    def export(self, stack: str) -> dict[str, Any]:
        """The stack's whole state; secrets stay encrypted."""
        state: dict[str, Any] = json.loads(self.run("stack", "export", "--stack", stack))
        return state

    def import_state(self, stack: str, state: Mapping[str, Any]) -> None:
        """Replace the stack's whole state; the engine checks its integrity first."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:  # made readable by its owner only
            json.dump(state, file)
            file.flush()
            self.run("stack", "import", "--stack", stack, "--file", file.name)

    def unprotect(self, stack: str, resource_type: str) -> None:
        """Take the protection off the resources of a type; no effect where none is protected."""
        for resource in self.export(stack)["deployment"].get("resources") or ():
            if resource["type"] == resource_type and resource.get("protect"):
                self.run("state", "unprotect", "--yes", "--stack", stack, str(resource["urn"]))

    def cancel(self, stack: str) -> None:
        """Take a lock away, be it dead or not: ask :meth:`lock_holders` first."""
        self.run("cancel", "--yes", stack)

    def refresh(self, stack: str, urns: Sequence[str]) -> None:
        """Read these resources anew from the server into the state."""
        self.run("refresh", "--yes", "--skip-preview", "--stack", stack, *(f"--target={urn}" for urn in urns))

    def last_update_failed(self, stack: str) -> bool:
        """Whether the last `up` that came to an end by itself ended badly."""
        history = json.loads(self.run("stack", "history", "--json", "--stack", stack)) or ()
        return next((entry["result"] != "succeeded" for entry in history if entry["kind"] == "update"), False)

    def planned_creates(self, stack: str) -> tuple[dict[str, Any], ...]:
        """The resources that the next `up` would make or replace, as they would stand in the state, but without ids.

        A preview that fails counts as far as it came: it stops at the very object that is there already.
        """
        done = self._done("preview", "--json", "--stack", stack)
        try:
            steps = json.loads(done.stdout).get("steps") or ()
        except ValueError:
            raise EngineError(complaint(done.stderr or done.stdout)) from None
        return tuple(step["newState"] for step in steps if step["op"] in ("create", "replace"))

    def lock_holders(self, stack: str) -> tuple[str, ...] | None:
        """Who holds the stack's lock and may still be at work, in words; None where that can't be known.

        Only the file backend writes down who holds a lock where everybody can read it.
        """
        kind, _, place = json.loads(self.run("whoami", "--json"))["url"].partition("://")
        if kind != "file":
            return None
        project = yaml.safe_load((self.root / "Pulumi.yaml").read_text())["name"]
        backend = self.root / Path(unquote(place.partition("?")[0])).expanduser()
        folder = backend / ".pulumi/locks/organization" / project / stack.rsplit("/", 1)[-1]
        return tuple(holder for lock in sorted(folder.glob("*.json")) if (holder := lock_holder(lock)))


def to_its_end(command: Sequence[str], *, capture: bool) -> subprocess.CompletedProcess[str]:
    """Run an engine command; with ``capture`` its output is kept, else it goes where ours goes.

    A Ctrl-C reaches the engine too, which then ends in order. It is waited for, and KeyboardInterrupt comes afterwards:
    an engine that is killed leaves its lock and half of its work.
    """
    stream = subprocess.PIPE if capture else None
    with interrupts_noted() as noted:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, text=True, check=False)
    if noted:
        raise KeyboardInterrupt
    return done


@contextmanager
def interrupts_noted() -> Iterator[list[int]]:
    """Inside, a Ctrl-C is only noted. (A signal handler belongs to the main thread: in any other nothing changes.)"""
    noted: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield noted
        return
    before = signal.signal(signal.SIGINT, lambda number, _frame: noted.append(number))
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


def lock_holder(lock: Path) -> str:
    """Who wrote a lock file; empty where that run is over for sure, or the file is gone or was never finished."""
    try:
        holder = json.loads(lock.read_text())
    except (OSError, ValueError):
        return ""
    pid, host = int(holder.get("pid", 0)), holder.get("hostname")
    if host != socket.gethostname():
        return f"process {pid} of {holder.get('username')} on {host}, where nobody can look from here"
    return f"process {pid}" if is_engine(pid) else ""


def is_engine(pid: int) -> bool:
    """Whether this process runs and is a `pulumi`: after a restart its number may be anybody's."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "pulumi"
    except OSError:
        return not Path("/proc/self").exists()  # without /proc nobody can tell, so it counts as running
