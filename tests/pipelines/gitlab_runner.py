"""A runner of GitLab for tests: the scripts of jobs, line by line, on this machine."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.forge.workflow import run_script
from tests.trees.repository import git

Configuration = Mapping[str, Any]
NO_JOBS = {"default", "workflow", "stages", "variables"}
VARIABLE = re.compile(r"\$(\w+)")


@dataclass
class GitLabRunner:
    """``origin``: the bare repository; ``folder``: what the machine keeps; ``variables``: of every job; ``prepared``:
    is called with each checkout and the job's folder; ``executed``: every line of a script.
    """

    origin: Path
    folder: Path
    variables: Mapping[str, str]
    prepared: Callable[[Path, Path], None]
    executed: set[str] = field(default_factory=set)
    jobs: int = 0

    def run(self, configuration: Configuration, names: Sequence[str], ref: str, **given: str) -> str:
        """Run jobs, with the variables that the event gives them, and return the output. Every script has to succeed,
        but with the exit codes that its job allows.
        """
        return "".join(self._job(configuration, name, ref, given) for name in names)

    def child(self, configuration: Configuration, name: str, **given: str) -> str:
        """Run the pipeline that a job triggers: the file that an earlier job has made."""
        (include,) = configuration[name]["trigger"]["include"]
        made = yaml.safe_load((self._artifacts(include["job"]) / include["artifact"]).read_text())
        own = filled(configuration[name].get("variables", {}), {**self.variables, **given})
        return self.run(made, job_names(made), "main", **given, **own)

    def _artifacts(self, job: str) -> Path:
        return self.folder / "artifacts" / job

    def _job(self, configuration: Configuration, name: str, ref: str, given: Mapping[str, str]) -> str:
        self.jobs += 1
        here = self.folder / f"job-{self.jobs}"
        workspace = here / "workspace"
        own = configuration[name]
        job = {**configuration.get(own.get("extends", ""), {}), **own}
        written = {
            **configuration.get("variables", {}),
            **configuration.get(own.get("extends", ""), {}).get("variables", {}),
        }
        known = {"CI_PROJECT_DIR": str(workspace), **self.variables, **given}
        # A variable of the event or of the project comes before one of the file.
        known = {**filled({**written, **own.get("variables", {})}, known), **known}
        filled({"": job.get("resource_group", ""), "name": (job.get("environment") or {}).get("name", "")}, known)
        git(self.origin, "clone", "--quiet", str(self.origin), str(workspace))
        git(workspace, "fetch", "--quiet", "origin", "+refs/*:refs/fetched/*")
        git(workspace, "checkout", "--quiet", "--detach", ref)
        self.prepared(workspace, here)
        for need in job.get("needs", ()):
            shutil.copytree(
                self._artifacts(need if isinstance(need, str) else need["job"]), workspace, dirs_exist_ok=True
            )
        code, output = run_script("set -o pipefail\n" + "\n".join(job["script"]), workspace, known)
        self.executed |= set(job["script"])
        assert code in (0, *job.get("allow_failure", {}).get("exit_codes", ())), f"{name}: {code}\n{output}"
        for path in job.get("artifacts", {}).get("paths", ()):
            if (workspace / path).exists():
                (self._artifacts(name) / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(workspace / path, self._artifacts(name) / path)
        return f"{output}\n{name}: exit code {code}\n"


def job_names(configuration: Configuration) -> list[str]:
    """Return the jobs of a pipeline, without templates."""
    return [name for name in configuration if name not in NO_JOBS and not name.startswith(".")]


def filled(variables: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """Return variables with the values of others in them. Raises KeyError for one that nobody sets."""
    every = {**variables, **known}
    return {name: VARIABLE.sub(lambda match: every[match[1]], str(text)) for name, text in variables.items()}
