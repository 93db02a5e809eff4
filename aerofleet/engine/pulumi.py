"""Run the Pulumi command line on stacks, from outside the Pulumi program.

It runs the command and not the Automation API: a move needs `state move`, and recovery the whole states of a preview,
which the API does not have; and one way to the engine is enough.
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

from aerofleet.engine.complaint import complaint, is_told, violations
from aerofleet.findings.stop import FailureError
from aerofleet.load import read


class EngineError(FailureError):
    """The engine failed or is absent; the text has its error messages."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The Pulumi command. ``root``: the project folder with Pulumi.yaml."""

    root: Path

    def run(self, *arguments: str) -> str:
        """Run ``pulumi`` and return its output. Raises EngineError with its error messages."""
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
        """Return the stack's whole state; secrets stay encrypted."""
        state: dict[str, Any] = json.loads(self.run("stack", "export", "--stack", stack))
        return state

    def import_state(self, stack: str, state: Mapping[str, Any]) -> None:
        """Replace the stack's whole state; the engine checks its integrity first."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:  # made readable by its owner only
            json.dump(state, file)
            file.flush()
            self.run("stack", "import", "--stack", stack, "--file", file.name)

    def unprotect(self, stack: str, resource_type: str) -> None:
        """Remove the protection of the resources of a type; no effect if none is protected."""
        for resource in self.export(stack)["deployment"].get("resources") or ():
            if resource["type"] == resource_type and resource.get("protect"):
                self.run("state", "unprotect", "--yes", "--stack", stack, str(resource["urn"]))

    def cancel(self, stack: str) -> None:
        """Remove the lock of a stack, even of a live run: call :meth:`lock_holders` first."""
        self.run("cancel", "--yes", stack)

    def refresh(self, stack: str, urns: Sequence[str]) -> None:
        """Read these resources again from the server into the state."""
        self.run("refresh", "--yes", "--skip-preview", "--stack", stack, *(f"--target={urn}" for urn in urns))

    def last_update_failed(self, stack: str) -> bool:
        """Return whether the last `up` that was not cut off failed."""
        history = json.loads(self.run("stack", "history", "--json", "--stack", stack)) or ()
        return next((entry["result"] != "succeeded" for entry in history if entry["kind"] == "update"), False)

    def planned_creates(self, stack: str) -> tuple[dict[str, Any], ...]:
        """Return the resources that the next `up` would create or replace, in the form of the state but without ids.

        A failed preview counts up to its failure: it stops at the very object that exists already.
        """
        done = self._done("preview", "--json", "--stack", stack)
        try:
            steps = json.loads(done.stdout).get("steps") or ()
        except ValueError:
            raise EngineError(complaint(done.stderr or done.stdout)) from None
        return tuple(step["newState"] for step in steps if step["op"] in ("create", "replace"))

    def preview(self, stack: str, pack: Path, plan: Path) -> dict[str, Any]:
        """Return the JSON of a preview with a policy pack, with all resources. ``plan``: a file that is written, unless
        the preview fails, and that :meth:`up` takes: it then does what the preview has, or nothing.

        A preview that failed has its errors in ``diagnostics``. Raises EngineError where it has none, and with the
        violations of mandatory policies, which its JSON does not have (engine 3.259).
        """
        arguments = ("--stack", stack, "--policy-pack", str(pack))
        done = self._done("preview", "--json", "--show-sames", "--save-plan", str(plan), *arguments)
        try:
            document: dict[str, Any] = json.loads(done.stdout)
        except ValueError:
            raise EngineError(complaint(done.stderr or done.stdout)) from None
        if done.returncode and not any(is_told(one) for one in document.get("diagnostics") or ()):
            again = self._done("preview", *arguments)
            raise EngineError("\n".join(violations(again.stdout)) or complaint(again.stderr or again.stdout))
        return document

    def up(self, stack: str, pack: Path, plan: Path) -> None:
        """Do what the preview that wrote ``plan`` has, and stop at anything else. Raises EngineError."""
        self.run("up", "--yes", "--skip-preview", "--stack", stack, "--policy-pack", str(pack), "--plan", str(plan))

    def lock_holders(self, stack: str) -> tuple[str, ...] | None:
        """Return for each lock of the stack a description of its run, empty if the run is over for sure; None if the
        locks are unknown.

        Only the file backend writes the holder of a lock to a file that everybody can read.
        """
        kind, _, place = json.loads(self.run("whoami", "--json"))["url"].partition("://")
        if kind != "file":
            return None
        project = read(self.root / "Pulumi.yaml").data["name"]
        backend = self.root / Path(unquote(place.partition("?")[0])).expanduser()
        folder = backend / ".pulumi/locks/organization" / project / stack.rsplit("/", 1)[-1]
        return tuple(map(lock_holder, sorted(folder.glob("*.json"))))


def to_its_end(command: Sequence[str], *, capture: bool) -> subprocess.CompletedProcess[str]:
    """Run an engine command; with ``capture`` its output is returned, else it goes to our own output.

    A Ctrl-C reaches the engine, too, which then stops in order. This function waits for it and raises KeyboardInterrupt
    afterwards: a killed engine leaves its lock and unfinished operations.
    """
    stream = subprocess.PIPE if capture else None
    with interrupts_noted() as noted:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, text=True, check=False)
    if noted:
        raise KeyboardInterrupt
    return done


@contextmanager
def interrupts_noted() -> Iterator[list[int]]:
    """Record each Ctrl-C instead of raising KeyboardInterrupt. Only the main thread can set the signal handler; in any
    other thread nothing changes."""
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
    """Return a description of the writer of a lock file; empty if its run is over, or the file is gone or
    unfinished.
    """
    try:
        holder = json.loads(lock.read_text())
    except (OSError, ValueError):
        return ""
    pid, host = int(holder.get("pid", 0)), holder.get("hostname")
    if host != socket.gethostname():
        return f"process {pid} of {holder.get('username')} on {host}, where nobody can look from here"
    return f"process {pid}" if is_engine(pid) else ""


def is_engine(pid: int) -> bool:
    """Return whether this process runs and is a `pulumi`: after a reboot another process may have its id."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "pulumi"
    except OSError:
        return not Path("/proc/self").exists()  # without /proc it is unknown, so it counts as running
