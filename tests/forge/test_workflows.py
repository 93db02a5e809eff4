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
FILES = [path for folder in FOLDERS for path in sorted((folder / "workflows").glob("*.yaml"))]
TRUSTED = ("deploy.yaml", "drift.yaml", "preview.yaml")
"""Workflows with secrets: those of a project that no change request can start."""


def test_zizmor_finds_nothing() -> None:
    program = Path(sys.executable).parent / "zizmor"
    done = subprocess.run(
        [program, "--offline", "--no-progress", *FOLDERS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert len(re.findall(r"completed .*\.yaml", done.stderr)) == len(FILES)


@pytest.mark.skipif(not shutil.which("actionlint"), reason="no actionlint on PATH (github.com/rhysd/actionlint)")
def test_actionlint_finds_nothing() -> None:
    settings = ("-config-file", str(PROJECT / ".github/actionlint.yaml"))
    done = subprocess.run(["actionlint", *settings, *FILES], capture_output=True, text=True, check=False)
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


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_secrets_are_in_protected_environments_only(path: Path) -> None:
    loaded = workflow(path.name) if path.is_relative_to(PROJECT) else yaml.safe_load(path.read_text())
    events = loaded[True]  # YAML 1.1 reads `on` as a truth value
    for job in loaded["jobs"].values():
        if "secrets." not in str(job):
            continue
        assert path.name in TRUSTED
        assert job["environment"]
        assert job["permissions"].items() <= {"contents": "read", "issues": "write"}.items()
        assert not {"pull_request", "merge_group", "workflow_run"} & set(events)


def test_a_deployment_waits_for_the_one_before_and_is_not_cancelled() -> None:
    jobs = workflow("deploy.yaml")["jobs"]
    assert "concurrency" not in workflow("deploy.yaml")
    for job in jobs.values():
        assert job["concurrency"]["queue"] == "max"
        assert job["concurrency"]["cancel-in-progress"] is False
    assert jobs["deploy"]["concurrency"]["group"] == "deploy-${{ matrix.cell }}"


@pytest.mark.parametrize("name", ["check.yaml", "review.yaml"])
def test_what_can_be_required_runs_in_a_merge_queue_too(name: str) -> None:
    assert {"pull_request", "merge_group"} <= set(workflow(name)[True])


def test_the_pipelines_of_gitlab_are_pinned_and_protected() -> None:
    files = [PROJECT / ".gitlab-ci.yml", *(PROJECT / ".gitlab").glob("*.yml")]
    pipelines = {path.name: yaml.safe_load(path.read_text()) for path in files}
    (image,) = {one["default"]["image"] for one in pipelines.values()}
    assert re.search(r"@sha256:[0-9a-f]{64}$", image)
    of_change = pipelines[".gitlab-ci.yml"]
    assert of_change["preview"]["environment"]["name"] == "preview-$PREVIEW_CELL"
    for name in ("check", "review", "rendering", "cells"):
        assert "environment" not in of_change[name]
    for name in ("deploy.yml", "drift.yml"):
        cell = pipelines[name][".cell"]
        assert (cell["environment"]["name"], cell["resource_group"]) in (
            ("$CELL", "deploy-$CELL"),
            ("drift-$CELL", "drift-$CELL"),
        )
    assert of_change["workflow"]["rules"][0]["auto_cancel"] == {"on_new_commit": "none"}
    assert pipelines["deploy.yml"]["default"]["interruptible"] is False
