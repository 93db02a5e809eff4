"""The steps that a workflow of a project runs, run as the forge's runner does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.fleet.project import ROOT

PROJECT = ROOT / "templates" / "project"


def workflow(name: str) -> dict[Any, Any]:
    """Return a workflow of a new project."""
    loaded: dict[Any, Any] = yaml.safe_load((PROJECT / ".github" / "workflows" / name).read_text())
    return loaded


def run_steps(
    job: Mapping[str, Any], folder: Path, contexts: Mapping[str, str], environ: Mapping[str, str]
) -> tuple[int, str]:
    """Run the commands of a job in ``folder``; return the exit code of the first that fails, and all output.

    ``contexts``: expression, such as ``github.token`` → its value. ``environ``: what every step sees.
    """
    output = ""
    for step in job["steps"]:
        if "run" not in step:
            continue
        own = {name: _value(text, contexts) for name, text in step.get("env", {}).items()}
        code, printed = run_script(step["run"], folder, {**environ, **own})
        output += printed
        if code:
            return code, output
    return 0, output


def run_script(script: str, folder: Path, environ: Mapping[str, str]) -> tuple[int, str]:
    """Run one script as a runner does, with nothing of this process' environment but what programs need."""
    assert "${{" not in script, "a value of a change would be part of the script"
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env={**kept, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def with_product(folder: Path) -> Path:
    """Make the project's environment of the product that is tested, so that `make environment` has nothing to do."""
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "aerofleet").symlink_to(Path(sys.executable).parent / "aerofleet")
    (folder / ".venv" / "pins").touch()
    return folder


def _value(text: Any, contexts: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{ *(.+?) *\}\}", lambda match: contexts[match[1]], str(text))
