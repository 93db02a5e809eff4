"""The workflows of a new project, every command of them: from a pull request to a deployment, a preview and drift."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.project import embedded_hosts
from aerofleet.toolchain.control_plane import ControlPlanePrograms
from tests.deploy.sides import rolled_out
from tests.drift.live_objects import kept_by_operator
from tests.engine import test_wait
from tests.engine.conftest import control_plane_in, engine_environment
from tests.engine.deployed_project import CLUSTERS
from tests.forge.server import TOKEN, State, running
from tests.forge.workflow import PROJECT, workflow
from tests.pipelines.github_runner import Event, GitHubRunner
from tests.pipelines.gitlab_runner import NO_JOBS, GitLabRunner
from tests.pipelines.project import CELL, TEAM, ProjectAtForge, with_product
from tests.trees.repository import edit, git

pytestmark = pytest.mark.xdist_group("pipelines")
DAY_SECONDS = 86_400
CONTAINERS = [{"name": "pause", "image": "registry.k8s.io/pause:3.10"}]


@dataclass
class Site:
    project: ProjectAtForge
    plane: ControlPlane
    variables: Mapping[str, str]

    def prepared(self, workspace: Path, temporary: Path) -> None:
        with_product(workspace)
        # The stand-in of the provider looks for it beside the kubeconfig that a job writes.
        shutil.copy(self.plane.state.identity, temporary)

    def keep_objects(self) -> None:
        """Do what else the operator does: it keeps a budget and StatefulSets for each cluster."""
        for one in self.plane.server().get(CLUSTERS)["items"]:
            for kept in kept_by_operator(one):
                metadata = {key: kept["metadata"][key] for key in ("name", "namespace")}
                labels = {"matchLabels": {"kept-for": metadata["name"]}}
                spec = {**kept["spec"], "selector": labels}
                plural = "poddisruptionbudgets"
                if kept["kind"] == "StatefulSet":
                    plural = "statefulsets"
                    template = {"metadata": {"labels": labels["matchLabels"]}, "spec": {"containers": CONTAINERS}}
                    spec |= {"serviceName": metadata["name"], "template": template}
                path = f"/apis/{kept['apiVersion']}/namespaces/{metadata['namespace']}/{plural}/{metadata['name']}"
                head = {key: kept[key] for key in ("apiVersion", "kind")}
                metadata["labels"] = {"app": "aerospike-cluster"}
                self.plane.server().apply(path, {**head, "metadata": metadata, "spec": spec})

    def roll_out(self) -> None:
        """Do what the operator does: every cluster is as its definition says."""
        for one in self.plane.server().get(CLUSTERS)["items"]:
            metadata = {key: one["metadata"][key] for key in ("name", "namespace")}
            manifest = {"apiVersion": one["apiVersion"], "kind": one["kind"], "metadata": metadata, "spec": one["spec"]}
            pods = test_wait.rolled_out(manifest)["pods"]
            test_wait.write_status(self.plane, manifest, {**rolled_out(manifest)["status"], "pods": pods})

    def table(self) -> dict[str, str]:
        """Every expression of the workflows that does not depend on the event, with its value."""
        passphrase = Path(self.variables["PULUMI_CONFIG_PASSPHRASE_FILE"]).read_text()
        return {
            "github.token": TOKEN,
            "always()": "true",
            "!cancelled()": "true",
            "github.ref": "refs/heads/main",
            "github.event.repository.default_branch": "main",
            "github.ref_name == github.event.repository.default_branch": "true",
            "!github.event.created": "true",
            "secrets.KUBECONFIG": self.plane.state.kubeconfig.read_text(),
            "secrets.PULUMI_CONFIG_PASSPHRASE": passphrase,
            "secrets.AEROSPIKE_PASSWORD": "",
            "secrets.AWS_ACCESS_KEY_ID": "",
            "secrets.AWS_SECRET_ACCESS_KEY": "",
            "vars.AWS_REGION": "",
            "vars.AEROSPIKE_USER": "",
            "vars.PULUMI_BACKEND_URL": self.variables["PULUMI_BACKEND_URL"],
            "vars.AEROFLEET_RUNNER || 'ubuntu-24.04'": "ubuntu-24.04",
            # No pod runs here: nothing rolls out by itself, and there is no node to ask.
            "vars.AEROFLEET_DEPLOY_OPTIONS || '--wait-for 2h'": "--wait-for 0s",
            "vars.AEROFLEET_DRIFT_OPTIONS": "--no-nodes",
        }


@pytest.fixture
def site(tmp_path: Path, programs: ControlPlanePrograms, toolchain: Path) -> Iterator[Site]:
    project = ProjectAtForge(tmp_path / "forge")
    project.folder.mkdir()
    with control_plane_in(tmp_path / "plane", programs) as plane:
        yield Site(project, plane, engine_environment(tmp_path, toolchain, plane))


WITHHELD = ("KUBECONFIG", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE_FILE")
"""Variables of the engine that a job has from its environment only."""


def pulumi(site: Site, *arguments: str) -> None:
    command = ["pulumi", "--non-interactive", *arguments]
    subprocess.run(command, cwd=site.project.clone, env=dict(site.variables), check=True, capture_output=True)


def ttl(site: Site) -> int:
    """The default-ttl of checkout/cart on the server."""
    clusters = site.plane.server().get(CLUSTERS)["items"]
    (cart,) = (one for one in clusters if one["metadata"]["name"] == "cart")
    return int(cart["spec"]["aerospikeConfig"]["namespaces"][0]["default-ttl"])


@pytest.fixture
def merged(site: Site) -> str:
    """A project whose first commits are pushed, with the stack that a person has made. Return the first commit."""
    first = site.project.prepare().push("heads/main")
    with_product(site.project.clone)
    site.plane.ensure_nodes(embedded_hosts(PROJECT))
    pulumi(site, "stack", "init", CELL)
    site.project.push("heads/main")
    git(site.project.origin, "symbolic-ref", "HEAD", "refs/heads/main")
    return first


def commands(text: str) -> set[str]:
    return {step["run"] for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"] if "run" in step}


def test_github(site: Site, merged: str, tmp_path: Path) -> None:
    project, state = site.project, State("")
    with running("github", state) as url:
        kept = {name: value for name, value in site.variables.items() if name not in WITHHELD}
        forge = {"GITHUB_REPOSITORY": "platform/fleet", "GITHUB_API_URL": url, "GITHUB_ACTIONS": "true"}
        home = {"XDG_STATE_HOME": str(tmp_path / "state"), "GIT_CONFIG_GLOBAL": os.devnull}
        runner = GitHubRunner(project.origin, tmp_path / "runner", kept | forge | home, site.table(), site.prepared)

        def run(name: str, event: Event) -> str:
            return runner.run(workflow(name), event)

        def push(before: str) -> str:
            return run("deploy.yaml", Event("push", "main", {"github.event.before": before}))

        scheduled = Event("schedule", "main", {"github.event.before": ""})

        # The first deployment, and the run that finds it completed.
        assert "Still rolling out" in push(merged)
        site.roll_out()
        assert "prod: completed" in run("deploy.yaml", scheduled)
        assert ttl(site) == 30 * DAY_SECONDS

        # A pull request.
        edit(project.clone, TEAM, "defaultTtl: 30d", "defaultTtl: 40d")
        project.accept()
        head, base = project.push("heads/change", "pull/12/head"), project.head()
        state.head = head
        of_head = {
            "github.event.pull_request.head.sha || github.sha": head,
            "github.base_ref || github.event.repository.default_branch": "main",
        }
        for name in ("check.yaml", "review.yaml"):
            output = run(name, Event("pull_request", head, of_head))
        assert "merge at any time (verdict: live)" in output
        run("review-comment.yaml", completed_run("pull_request", head, "change"))
        (body,) = state.bodies()
        assert "`30d` → `40d`" in body
        preview = {"inputs.commit": head, "inputs.cell": CELL, "inputs.stack": CELL}
        assert "verdict: live" in run("preview.yaml", Event("workflow_dispatch", "main", preview))

        # The merge queue.
        queue = f"gh-readonly-queue/main/pr-12-{base}"
        project.push(f"heads/{queue}")
        for name in ("check.yaml", "review.yaml"):
            run(name, Event("merge_group", head, of_head))
        run("review-comment.yaml", completed_run("merge_group", head, queue))
        assert [(one["commit"], one["state"]) for one in state.statuses] == [(head, "success")] * 2
        assert len(state.bodies()) == 1

        # The merge.
        project.push("heads/main")
        output = push(base)
        assert "prod: live: aerospike-checkout/cart" in output
        assert "::warning title=Still rolling out::prod: the next run of this workflow goes on" in output
        assert ttl(site) == 40 * DAY_SECONDS
        site.roll_out()
        assert "prod: completed" in run("deploy.yaml", scheduled)
        site.keep_objects()
        assert "no drift" in run("drift.yaml", Event("schedule", "main", {}))
        # Nothing changes: no job of a cell.
        jobs = runner.jobs
        push(project.head())
        assert runner.jobs == jobs + 1
    folder = PROJECT / ".github/workflows"
    assert runner.executed == {one for path in folder.glob("*.yaml") for one in commands(path.read_text())}


def test_gitlab(site: Site, merged: str, tmp_path: Path) -> None:
    project, state = site.project, State("")
    configuration = yaml.safe_load((PROJECT / ".gitlab-ci.yml").read_text())
    with running("gitlab", state) as url:
        kept = {name: value for name, value in site.variables.items() if name not in WITHHELD}
        forge = {"CI_SERVER_URL": url, "CI_PROJECT_ID": "7", "CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_ID": "5"}
        home = {"XDG_STATE_HOME": str(tmp_path / "state"), "GIT_CONFIG_GLOBAL": os.devnull}
        # No pod runs here: nothing rolls out by itself, and there is no node to ask.
        options = {"AEROFLEET_DEPLOY_OPTIONS": "--wait-for 0s", "AEROFLEET_DRIFT_OPTIONS": "--no-nodes"}
        runner = GitLabRunner(project.origin, tmp_path / "runner", kept | forge | home | options, site.prepared)
        withheld = {name: site.variables[name] for name in WITHHELD}

        def push(before: str) -> str:
            output = runner.run(configuration, ["rendering"], "main", **({"BEFORE": before} if before else {}))
            return output + runner.child(configuration, "deploy", **withheld)

        assert "prod: exit code 4" in push(merged)
        site.roll_out()
        assert "prod: completed" in push("")

        edit(project.clone, TEAM, "defaultTtl: 30d", "defaultTtl: 40d")
        project.accept()
        head, base = project.push("heads/change", "merge-requests/12/head"), project.head()
        state.head = head
        event = {"iid": 12, "last_commit": {"id": head}, "target_branch": "main"}
        payload = tmp_path / "payload.json"
        payload.write_text(json.dumps({"object_kind": "merge_request", "object_attributes": event}))
        names = ["check", "review"]
        output = runner.run(configuration, names, head, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
        assert "merge at any time (verdict: live)" in output
        runner.run(configuration, ["review-comment"], "main", TRIGGER_PAYLOAD=str(payload), GITLAB_TOKEN=TOKEN)
        (body,) = state.bodies()
        assert "`30d` → `40d`" in body
        preview = {"PREVIEW_COMMIT": head, "PREVIEW_CELL": CELL, "PREVIEW_STACK": CELL}
        assert "verdict: live" in runner.run(configuration, ["preview"], "main", **preview, **withheld)

        project.push("heads/main")
        output = push(base)
        assert "prod: live: aerospike-checkout/cart" in output
        assert "prod: exit code 4" in output
        assert ttl(site) == 40 * DAY_SECONDS
        site.roll_out()
        assert "prod: completed" in push("")
        site.keep_objects()
        runner.run(configuration, ["cells"], "main")
        assert "no drift" in runner.child(configuration, "drift", GITLAB_TOKEN=TOKEN, **withheld)
        assert "no stack changes" in push(project.head())
    files = (configuration, *(yaml.safe_load(path.read_text()) for path in (PROJECT / ".gitlab").glob("*.yml")))
    jobs = [job for one in files for name, job in one.items() if name not in NO_JOBS]
    lines = {line for job in jobs for line in job.get("script", ())}
    assert runner.executed == lines | {"echo no stack changes"}


def completed_run(event: str, head: str, branch: str) -> Event:
    """The end of a run of the workflow `review`, which starts the one that posts."""
    ours = {"full_name": "contributor/fleet", "owner": {"login": "contributor"}}
    run = {"event": event, "head_sha": head, "head_branch": branch, "head_repository": ours, "pull_requests": []}
    payload = {"action": "completed", "workflow_run": run, "repository": {"default_branch": "main"}}
    condition = """contains(fromJSON('["pull_request", "merge_group"]'), github.event.workflow_run.event)"""
    table = {condition: "true", "github.event.workflow_run.id": "7"}
    return Event("workflow_run", "main", table, payload)
