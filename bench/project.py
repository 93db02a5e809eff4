"""A Pulumi project whose runs are measured."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from aerofleet.toolchain.engine import bin_folder, new_pulumi_home
from bench.checkout import ROOT


class Project:
    """A folder for a project's files, with a backend and a Pulumi home of its own."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        backend = folder / ".backend"
        backend.mkdir(parents=True)
        home = new_pulumi_home(folder / ".pulumi", bin_folder(ROOT))
        self.env = {**env, "PULUMI_BACKEND_URL": backend.as_uri(), "PULUMI_HOME": str(home)}

    def seconds(self, *arguments: str) -> float:
        """Return the wall time of a `pulumi` command in seconds. If it fails, exit with the end of its output."""
        program = shutil.which("pulumi", path=self.env["PATH"]) or "pulumi"
        command = [program, "--cwd", str(self.folder), "--non-interactive", *arguments]
        begin = time.monotonic()
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"pulumi {' '.join(arguments)}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return time.monotonic() - begin
