"""The project with the example cells in a folder of its own, so that a test can edit and apply definitions."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fleet.project import EXAMPLE, ROOT

DEFINITIONS = ("stacks", "templates")
COPIED = ("Pulumi.yaml", "__main__.py", *DEFINITIONS)
SHARED = (".venv", "uv.lock")
"""Not pyproject.toml: beside it the official language host would install the copy into the environment of everybody."""
STACK = "local"


@dataclass
class ProjectCopy:
    folder: Path
    env: Mapping[str, str]

    def prepare(self) -> ProjectCopy:
        """Copy the definitions, share the rest, make the stack."""
        self.folder.mkdir(parents=True)
        for name in COPIED:
            source = (EXAMPLE if name in DEFINITIONS else ROOT) / name
            copy = shutil.copytree if source.is_dir() else shutil.copyfile
            copy(source, self.folder / name)
        for name in SHARED:
            (self.folder / name).symlink_to(ROOT / name)
        (self.folder / f"stacks/Pulumi.{STACK}.yaml").unlink(missing_ok=True)
        self.pulumi("stack", "init", STACK).check_returncode()
        return self

    def file(self, name: str) -> Path:
        return self.folder / "stacks" / STACK / name

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace the only occurrence of ``old`` in a definition file."""
        text = self.file(name).read_text()
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
        self.file(name).write_text(text.replace(old, new))

    @contextmanager
    def put_back(self) -> Iterator[None]:
        """Whatever is done to the definitions inside, they are as before afterwards."""
        folders = (self.folder / "stacks", self.folder / "templates")
        files = {path: path.read_bytes() for folder in folders for path in folder.rglob("*.yaml")}
        try:
            yield
        finally:
            for folder in folders:
                for path in folder.rglob("*.yaml"):
                    if path not in files:
                        path.unlink()
            for path, content in files.items():
                path.write_bytes(content)

    def pulumi(self, *arguments: str, **extra_env: str) -> subprocess.CompletedProcess[str]:
        env = {**self.env, **extra_env}
        program = shutil.which("pulumi", path=env["PATH"])
        assert program, "the toolchain fixture puts pulumi on PATH"
        command = [program, "--cwd", str(self.folder), "--non-interactive", "--color", "never", *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=300)

    def up(self, **extra_env: str) -> subprocess.CompletedProcess[str]:
        return self.pulumi("up", "--yes", "--skip-preview", "--stack", STACK, **extra_env)

    def preview(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.pulumi("preview", "--stack", STACK, *arguments)

    def changes(self) -> dict[str, dict[str, Any]]:
        """Name of each object that a preview would touch → the step's operation and changed paths."""
        done = self.preview("--json")
        assert done.returncode == 0, done.stdout + done.stderr
        steps = [step for step in json.loads(done.stdout)["steps"] if step["op"] != "same"]
        return {
            step["urn"].rsplit("::", 1)[-1]: {"op": step["op"], "paths": sorted(step.get("detailedDiff") or {})}
            for step in steps
        }
