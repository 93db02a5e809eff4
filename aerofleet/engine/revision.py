"""Render the objects of another revision of this project with the code of that revision.

If the current code rendered its definitions, the effect of a change of the code would be hidden.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from aerofleet.findings.stop import FailureError
from aerofleet.settings.source import cells

RENDER = "import sys; from aerofleet.cli import main; sys.exit(main(['render', '--format', 'json']))"


class RevisionError(FailureError):
    """The revision can't be rendered; the text has the reason."""


Rendering = tuple[list[tuple[str, dict[str, Any]]], dict[str, dict[str, Any]]]
"""(stack, object) of every cell; stack → its settings, empty for a revision whose code does not print them."""


def rendered_at(root: Path, revision: str) -> Rendering:
    """Return the rendering of a git revision's definitions by its own code. Raises RevisionError."""
    with tempfile.TemporaryDirectory(prefix="aerofleet-revision-") as folder:
        extract(root, revision, Path(folder))
        return rendered(Path(folder), revision)


def extract(root: Path, revision: str, folder: Path) -> None:
    # `--` ends the options, `^{commit}` refuses everything but a commit: a revision is input.
    commit = run(["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"], root)
    if commit.returncode:
        raise RevisionError(f"there is no revision {revision!r} here")
    archive = folder / ".archive.tar"
    made = run(["git", "archive", "--format=tar", f"--output={archive}", commit.stdout.decode().strip()], root)
    unpacked = run(["tar", "--extract", f"--file={archive}"], folder) if not made.returncode else made
    if unpacked.returncode:
        raise RevisionError(f"revision {revision} can't be read: {unpacked.stderr.decode().strip()}")
    archive.unlink()


def rendered(folder: Path, revision: str) -> Rendering:
    if not cells(folder):
        return [], {}
    done = run([sys.executable, "-c", RENDER], folder, {**os.environ, "PYTHONPATH": str(folder)})
    if done.returncode:
        raise RevisionError(f"revision {revision} can't be rendered:\n{done.stderr.decode().strip()}")
    answer = json.loads(done.stdout)
    return [(entry["stack"], entry["object"]) for entry in answer["objects"]], answer.get("stacks", {})


def run(
    command: list[str], folder: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    except FileNotFoundError:
        raise RevisionError(f"there is no `{command[0]}` on PATH, which a revision is read with") from None
