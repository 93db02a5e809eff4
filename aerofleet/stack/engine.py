"""The Pulumi command line, as far as stacks are handled from outside the program.

The command and not the Automation API: a move needs `state move` and recovery the whole states of a preview, which
the API does not have, and one way to the engine is enough.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import yaml


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
        return subprocess.run(
            [program, "--cwd", str(self.root), "--non-interactive", "--color", "never", *arguments],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

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
        self.run("cancel", "--yes", stack)

    def refresh(self, stack: str, urns: Sequence[str]) -> None:
        """Read these resources anew from the server into the state."""
        self.run("refresh", "--yes", "--skip-preview", "--stack", stack, *(f"--target={urn}" for urn in urns))

    def last_update_failed(self, stack: str) -> bool:
        """Whether the last `up` that came to an end by itself ended badly."""
        history = json.loads(self.run("stack", "history", "--json", "--stack", stack)) or ()
        return next((entry["result"] != "succeeded" for entry in history if entry["kind"] == "update"), False)

    def planned_creates(self, stack: str) -> tuple[dict[str, Any], ...]:
        """The resources that the next `up` would make, as they would stand in the state, but without ids.

        A preview that fails counts as far as it came: it stops at the very object that is there already.
        """
        done = self._done("preview", "--json", "--stack", stack)
        try:
            steps = json.loads(done.stdout).get("steps") or ()
        except ValueError:
            raise EngineError(complaint(done.stderr or done.stdout)) from None
        return tuple(step["newState"] for step in steps if step["op"] == "create")

    def lock_holders(self, stack: str) -> tuple[int, ...]:
        """Processes of this machine that hold the stack's lock and still run.

        Only the file backend writes down who holds a lock; for any other backend the answer is empty.
        """
        backend = urlparse(os.environ.get("PULUMI_BACKEND_URL", ""))
        if backend.scheme != "file":
            return ()
        project = yaml.safe_load((self.root / "Pulumi.yaml").read_text())["name"]
        folder = Path(unquote(backend.path)).expanduser() / ".pulumi/locks/organization" / project / stack
        return tuple(pid for lock in sorted(folder.glob("*.json")) if (pid := _live_holder(lock)))


def _live_holder(lock: Path) -> int:
    try:
        holder = json.loads(lock.read_text())
    except (OSError, ValueError):
        return 0
    pid = int(holder.get("pid", 0))
    here = holder.get("hostname") == socket.gethostname()
    return pid if here and pid and Path(f"/proc/{pid}").exists() else 0


def complaint(text: str) -> str:
    """The lines of the engine's output that say what went wrong, without its progress around them."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error:")]
    return "\n".join(errors or lines[-3:])
