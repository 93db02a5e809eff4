"""A runner of GitHub for tests: the jobs of a workflow, step by step, on this machine.

What the forge knows comes from a table of expressions; one that is not in it fails. Of actions it knows those that a
new project uses.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.forge.workflow import run_script
from tests.trees.repository import git

EXPRESSION = re.compile(r"\$\{\{ *(.+?) *\}\}")
MAIN = "main"
Step = Mapping[str, Any]


@dataclass
class Event:
    """What starts a workflow. ``ref``: what the runner checks out; ``payload``: for GITHUB_EVENT_PATH; ``table``:
    expression → its value, for this event.
    """

    name: str
    ref: str
    table: Mapping[str, str]
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class GitHubRunner:
    """``origin``: the bare repository; ``folder``: what the machine keeps; ``variables``: of the environment of every
    step; ``table``: expression → its value; ``prepared``: is called with each checkout and the job's folder for
    temporary files; ``executed``: every command.
    """

    origin: Path
    folder: Path
    variables: Mapping[str, str]
    table: Mapping[str, str]
    prepared: Callable[[Path, Path], None]
    executed: set[str] = field(default_factory=set)
    jobs: int = 0

    def run(self, workflow: Mapping[str, Any], event: Event) -> str:
        """Run all jobs of a workflow in their order, and return the output. Every step has to succeed."""
        known, output = {**self.table, **event.table}, ""
        for name, job in workflow["jobs"].items():
            if not _is_true(job.get("if", "true"), known):
                continue
            for chosen in _matrix(job, known):
                job_output, outputs = self._job(job, {**known, **chosen}, event)
                output += job_output
                for key, value in outputs.items():
                    place = f"needs.{name}.outputs.{key}"
                    is_empty = "false" if value == "[]" else "true"
                    known |= {place: value, f"fromJSON({place})": value, f"{place} != '[]'": is_empty}
        return output

    def _job(self, job: Mapping[str, Any], known: dict[str, str], event: Event) -> tuple[str, dict[str, str]]:
        self.jobs += 1
        here = self.folder / f"job-{self.jobs}"
        workspace, temporary = here / "workspace", here / "temp"
        temporary.mkdir(parents=True)
        known = known | {"runner.temp": str(temporary)}
        for key in ("concurrency", "environment", "runs-on"):
            filled(job.get(key), known)
        payload = here / "event.json"
        payload.write_text(json.dumps(event.payload))
        output = ""
        for number, step in enumerate(job["steps"]):
            if not _is_true(step.get("if", "true"), known):
                continue
            if "uses" in step:
                self._action(step, workspace, event.ref, known)
                continue
            written = here / f"output-{number}"
            written.touch()
            own = {name: filled(text, known) for name, text in step.get("env", {}).items()}
            files = {"GITHUB_OUTPUT": str(written), "GITHUB_EVENT_PATH": str(payload), "GITHUB_EVENT_NAME": event.name}
            code, printed = run_script(step["run"], workspace, {**self.variables, **files, **own})
            self.executed.add(step["run"])
            output += printed
            assert code == 0, f"{step['run']}\n{output}"
            for line in written.read_text().splitlines():
                key, _, value = line.partition("=")
                known[f"steps.{step['id']}.outputs.{key}"] = value
        return output, {key: filled(text, known) for key, text in job.get("outputs", {}).items()}

    def _action(self, step: Step, workspace: Path, ref: str, known: Mapping[str, str]) -> None:
        action = step["uses"].partition("@")[0]
        given = {key: filled(value, known) for key, value in step.get("with", {}).items()}
        if action == "actions/checkout":
            git(self.origin, "clone", "--quiet", str(self.origin), str(workspace))
            git(workspace, "fetch", "--quiet", "origin", "+refs/*:refs/fetched/*")
            git(workspace, "checkout", "--quiet", "--detach", given.get("ref") or ref)
            self.prepared(workspace, Path(known["runner.temp"]))
        elif action in ("actions/upload-artifact", "actions/download-artifact"):
            artifact = self.folder / "artifacts" / given["name"]
            if action.endswith("download-artifact"):
                shutil.copytree(artifact, workspace / given["path"], dirs_exist_ok=True)
                return
            artifact.mkdir(parents=True, exist_ok=True)
            for name in given["path"].split():
                if (workspace / name).exists() or given.get("if-no-files-found") != "ignore":
                    shutil.copy(workspace / name, artifact)
        else:
            assert action == "actions/setup-python", f"the runner does not know {action}"


def filled(text: Any, known: Mapping[str, str]) -> str:
    """Return a text with the values of its expressions. Raises KeyError for one that the table does not have."""
    return EXPRESSION.sub(lambda match: known[match[1]], str(text))


def _is_true(condition: str, known: Mapping[str, str]) -> bool:
    """Return whether a step or job runs: its condition is an expression, with or without the brackets."""
    bare = EXPRESSION.sub(lambda match: match[1], condition).strip()
    return {"true": True, "false": False}[{"true": "true", **known}[bare]]


def _matrix(job: Mapping[str, Any], known: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the expressions of each job of a matrix, of which only `include` is known."""
    if "strategy" not in job:
        return [{}]
    (include,) = job["strategy"]["matrix"].values()
    chosen = json.loads(filled(include, known))
    return [{f"matrix.{key}": value for key, value in one.items()} for one in chosen]
