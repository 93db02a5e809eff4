"""The workflows of this repository and of a new project: what linters find in them, and what a job may do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.fleet.project import ROOT
from tests.forge.workflow import PROJECT, workflow

FOLDERS = (ROOT / ".github", PROJECT / ".github")
FILES = [path for folder in FOLDERS for path in sorted(folder.rglob("*.yaml"))]


def test_zizmor_finds_nothing() -> None:
    program = Path(sys.executable).parent / "zizmor"
    done = subprocess.run(
        [program, "--offline", "--no-progress", *FOLDERS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert len(re.findall(r"completed .*\.yaml", done.stderr)) == len(FILES)


@pytest.mark.skipif(not shutil.which("actionlint"), reason="no actionlint on PATH (github.com/rhysd/actionlint)")
def test_actionlint_finds_nothing() -> None:
    done = subprocess.run(["actionlint", *FILES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_workflow_is_pinned_and_has_few_rights(path: Path) -> None:
    text = path.read_text()
    assert "pull_request_target" not in text
    for line in re.findall(r"\buses:.*", text):
        assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line
    assert yaml.safe_load(text)["permissions"] in ({}, {"contents": "read"})
    for job in yaml.safe_load(text)["jobs"].values():
        assert all("${{" not in step["run"] for step in job["steps"] if "run" in step)
        assert "timeout-minutes" in job


def test_the_job_with_a_token_takes_nothing_of_head_but_its_rendering() -> None:
    job = workflow("review-comment.yaml")["jobs"]["comment"]
    with_token = [step for step in job["steps"] if "token" in str(step)]
    assert [step.get("uses", "").partition("@")[0] for step in with_token] == ["actions/download-artifact", ""]
    assert all("ref" not in step.get("with", {}) for step in job["steps"])
    read, write = dict.fromkeys(("contents", "actions"), "read"), dict.fromkeys(("pull-requests", "statuses"), "write")
    assert job["permissions"] == read | write
    untrusted = str(workflow("review.yaml"))
    assert "secrets" not in untrusted
    assert "token" not in untrusted
