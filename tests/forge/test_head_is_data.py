"""What a change can't do to what is posted about it: the steps of the workflow and of the pipeline, run by hand.

The change is real, and comes with an attack. What is posted is the comment of the change without the attack.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet import __version__
from aerofleet.cli import main
from aerofleet.forge.posted import MARKER
from tests.forge.server import SOMEBODY, TOKEN, State, running
from tests.forge.workflow import PROJECT, run_script, run_steps, with_product, workflow
from tests.trees.repository import commit, edit, git

TEAM = "stacks/local/teams/checkout.yaml"
FAKE = f"{MARKER}\n## Review: merge at any time\n\nVerdict: **none**\n"
EVIL = "import os; open(os.environ.get('LEAK', '/tmp/leak-of-head'), 'w').write(str(dict(os.environ)))\n"


@dataclass
class Site:
    """``origin``: the repository at the forge; ``fork``: where the change is made; ``runner``: the checkout of the
    default branch on the machine of the job; ``artifacts``: what the run of the change has uploaded; ``queue``: the
    branch of a merge queue, of which the commit is then.
    """

    kind: str
    state: State
    url: str
    folder: Path
    queue: str = ""

    @property
    def fork(self) -> Path:
        return self.folder / "fork"

    @property
    def origin(self) -> Path:
        return self.folder / "origin"

    @property
    def runner(self) -> Path:
        return self.folder / "runner"

    @property
    def artifacts(self) -> Path:
        return self.folder / "temp" / "head"

    @property
    def leak(self) -> Path:
        return self.folder / "leak"

    def push(self) -> str:
        """Commit the change and give it to the forge as the newest commit of the change request."""
        self.state.head = commit(self.fork)
        refs = ("refs/pull/12/head", "refs/merge-requests/12/head")
        git(self.fork, "push", "--quiet", "--force", str(self.origin), *(f"HEAD:{ref}" for ref in refs))
        return self.state.head

    def job(self) -> tuple[int, str]:
        """Run the job that posts, as the event of the newest commit starts it."""
        event = self.folder / "event.json"
        environ = {"LEAK": str(self.leak), "GIT_CONFIG_GLOBAL": os.devnull}
        if self.kind == "github":
            event.write_text(json.dumps(self._run_event()))
            api = {"GITHUB_API_URL": self.url, "GITHUB_REPOSITORY": "platform/fleet", "GITHUB_EVENT_PATH": str(event)}
            contexts = {"github.token": TOKEN, "runner.temp": str(self.folder / "temp")}
            return run_steps(workflow("review-comment.yaml")["jobs"]["comment"], self.runner, contexts, environ | api)
        event.write_text(json.dumps(self._merge_request_event()))
        script = yaml.safe_load((PROJECT / ".gitlab-ci.yml").read_text())["review-comment"]["script"]
        api = {"CI_SERVER_URL": self.url, "CI_PROJECT_ID": "7", "TRIGGER_PAYLOAD": str(event), "GITLAB_TOKEN": TOKEN}
        return run_script("\n".join(script), self.runner, environ | api)

    def _run_event(self) -> dict[str, Any]:
        run = {
            "event": "pull_request",
            "head_sha": self.state.head,
            "head_branch": self.state.branch,
            "head_repository": {"full_name": self.state.fork, "owner": {"login": self.state.fork.split("/")[0]}},
            "pull_requests": [],
        }
        if self.queue:
            run |= {"event": "merge_group", "head_branch": self.queue}
        return {"action": "completed", "workflow_run": run, "repository": {"default_branch": "main"}}

    def _merge_request_event(self) -> dict[str, Any]:
        attributes = {"iid": 12, "last_commit": {"id": self.state.head}, "target_branch": "main"}
        return {"object_kind": "merge_request", "object_attributes": attributes}

    def status(self) -> tuple[str, str]:
        """Return state and description of the newest status, which has to be that of head's commit."""
        newest = self.state.statuses[-1]
        assert newest["commit"] == self.state.head
        assert newest.get("context", newest.get("name")) == "aerofleet review"
        return {"failed": "failure"}.get(newest["state"], newest["state"]), newest["description"]

    def posted(self) -> str:
        """Return the one comment, with a name in place of the commit of head."""
        (body,) = self.state.bodies()
        return body.replace(self.state.head, "HEAD").replace(self.state.head[:12], "HEAD")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project at a forge, with a fork and a checkout."""
    folder = tmp_path_factory.mktemp("site")
    assert main(["init", str(folder / "origin"), "--name", "fleet"]) == 0
    git(folder / "origin", "init", "--quiet")
    commit(folder / "origin")
    # As GitHub does: a job can fetch the commit of a fork by its id.
    git(folder / "origin", "config", "uploadpack.allowAnySHA1InWant", "true")
    return folder


def site_of(kind: str, template: Path, folder: Path, stack: ExitStack) -> Site:
    git(template, "clone", "--quiet", "--bare", str(template / "origin"), str(folder / "origin"))
    git(folder / "origin", "config", "uploadpack.allowAnySHA1InWant", "true")
    for name in ("fork", "runner"):
        git(folder, "clone", "--quiet", str(folder / "origin"), name)
    with_product(folder / "runner")
    (folder / "temp" / "head").mkdir(parents=True)
    state = State("")
    return Site(kind, state, stack.enter_context(running(kind, state)), folder)


@pytest.fixture(params=["github", "gitlab"])
def site(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as stack:
        yield site_of(request.param, template, tmp_path, stack)


@pytest.fixture
def github(template: Path, tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as stack:
        yield site_of("github", template, tmp_path, stack)


def real_change(site: Site) -> None:
    edit(site.fork, TEAM, "defaultTtl: 30d", "defaultTtl: 40d")


def fake_workflow(site: Site) -> None:
    for name in ("review.yaml", "review-comment.yaml"):
        text = "on: push\njobs: {comment: {steps: [{run: 'echo verdict: none; echo $GITHUB_TOKEN >$LEAK'}]}}\n"
        (site.fork / ".github/workflows" / name).write_text(text)
    (site.fork / ".gitlab-ci.yml").write_text("review-comment: {script: [echo none]}\n")
    (site.fork / "Makefile").write_text("environment rendering review:\n\t@echo verdict: none; env >$(LEAK); false\n")


def fake_files(site: Site) -> None:
    for name in ("rendering.json", "review.json", "event.json", ".aerofleet/review.json"):
        (site.fork / name).parent.mkdir(exist_ok=True)
        (site.fork / name).write_text('{"schema": "aerofleet.io/review/v2", "verdict": "none", "clusters": []}')
    (site.fork / "comment.md").write_text(FAKE)


def fake_modules(site: Site) -> None:
    """Modules and settings that a program takes from the folder it is in, if anything were checked out."""
    for name in ("sitecustomize.py", "yaml.py", "argparse.py", "github.py", "gitlab.py", "stacks/local/conftest.py"):
        (site.fork / name).write_text(EVIL)
    (site.fork / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
    (site.fork / ".gitmodules").write_text(f'[submodule "x"]\n\tpath = x\n\turl = {site.fork}\n\tupdate = !env\n')
    for name in ("pip.conf", ".netrc", ".gitconfig", ".env"):
        (site.fork / name).write_text("[core]\n\thooksPath = hooks\n")


def fake_rendering(site: Site) -> None:
    """The artifact of the run: base's objects, published as those of head."""
    fork_of_base = site.folder / "base"
    git(site.folder, "clone", "--quiet", str(site.origin), "base")
    site.artifacts.joinpath("rendering.json").write_text(published(fork_of_base))


def published(root: Path) -> str:
    code, text = run_script("$AEROFLEET render --publish", root, {"AEROFLEET": str(program())})
    assert code == 0, text
    return text


def program() -> Path:
    return Path(sys.executable).parent / "aerofleet"


ATTACKS: dict[str, Callable[[Site], None]] = {
    "workflow": fake_workflow,
    "files": fake_files,
    "modules": fake_modules,
    "rendering": fake_rendering,
}


def clean(site: Site) -> None:
    """Assert that nothing of head ran, that nothing was written, and that nothing has the token."""
    assert not site.leak.exists()
    assert not Path("/tmp/leak-of-head").exists()
    assert git(site.runner, "status", "--porcelain") == ""
    assert git(site.runner, "rev-parse", "HEAD") == git(site.origin, "rev-parse", "main")
    assert sorted(path.name for path in site.folder.iterdir() if path.name != "base") == [
        *("event.json", "fork", "origin", "runner", "temp"),
    ]
    assert TOKEN not in "".join(body for _, body in site.state.comments.values())


@pytest.fixture(scope="module")
def honest(template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Kind of forge → the comment of the change without an attack."""
    comments = {}
    for kind in ("github", "gitlab"):
        with ExitStack() as stack:
            site = site_of(kind, template, tmp_path_factory.mktemp(kind), stack)
            real_change(site)
            site.push()
            code, output = site.job()
            assert code == 0, output
            comments[kind] = site.posted()
    return comments


def test_a_change_gets_its_comment(honest: dict[str, str]) -> None:
    assert honest["github"].startswith(MARKER)
    assert "Verdict: **live**" in honest["github"]
    assert "`30d` → `40d`" in honest["github"]
    assert honest["github"] == honest["gitlab"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_changes_nothing_in_what_is_posted(site: Site, honest: dict[str, str], attack: str) -> None:
    if site.kind == "gitlab" and attack == "rendering":
        pytest.skip("the pipeline takes no rendering")
    real_change(site)
    ATTACKS[attack](site)
    site.push()
    code, output = site.job()
    assert code == 0, output
    assert TOKEN not in output
    assert "verdict: live" in output
    assert site.posted() == honest[site.kind]
    assert site.status() == ("success", "merge at any time (verdict: live)")
    review = json.loads((site.runner / ".aerofleet/review.json").read_text())
    assert (review["verdict"], review["head"]["renderedBy"]) == ("live", "running-code")
    clean(site)


def test_a_commit_of_a_merge_queue_gets_a_status_and_no_comment(github: Site) -> None:
    real_change(github)
    github.push()
    for target, statuses in (("release", []), ("main", [("success", "merge at any time (verdict: live)")])):
        github.queue = f"gh-readonly-queue/{target}/pr-12-{git(github.origin, 'rev-parse', 'main')}"
        code, output = github.job()
        assert code == 0, output
        assert "verdict: live" in output
        assert [github.status() for _ in github.state.statuses] == statuses
        assert github.state.bodies() == []


def test_a_comment_that_somebody_faked_is_not_taken_for_ours(site: Site, honest: dict[str, str]) -> None:
    site.state.add(FAKE, SOMEBODY)
    site.state.add(FAKE)
    real_change(site)
    site.push()
    site.job()
    assert site.posted() == honest[site.kind]
    assert site.state.bodies(SOMEBODY) == [FAKE]


def test_code_of_head_is_never_run_and_its_change_is_unknown(site: Site) -> None:
    """A copy of the product in the project, which would be imported from there."""
    real_change(site)
    for name in ("aerofleet/__init__.py", "aerofleet/cli/__init__.py"):
        path = site.fork / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'__version__ = "9"\n{EVIL}')
    site.push()
    code, output = site.job()
    assert code == 1, output
    assert "Verdict: **unknown**" in site.posted()
    assert "runs no code of a change" in site.posted()
    assert site.status() == ("failure", "do not merge (verdict: unknown)")
    clean(site)


def test_another_wheel_of_the_same_version_is_named(github: Site) -> None:
    requirements = github.fork / "requirements.txt"
    requirements.write_text(f"aerofleet=={__version__} \\\n    --hash=sha256:{'0' * 64}\n" + requirements.read_text())
    github.push()
    code, output = github.job()
    assert code == 0, output
    assert "Engine preview needed" in github.posted()
    assert f"sha256:{'0' * 64}" in github.posted()
    clean(github)


def test_a_rendering_of_other_code_is_judged_and_marked(github: Site) -> None:
    """Head names another version of the product: its rendering is all there is, and readers learn what it is worth."""
    requirements = github.fork / "requirements.txt"
    requirements.write_text(f"aerofleet==99.0 \\\n    --hash=sha256:{'0' * 64}\n" + requirements.read_text())
    real_change(github)
    head = github.push()
    base = git(github.origin, "rev-parse", "main")
    fake_rendering(github)
    file = github.artifacts / "rendering.json"
    file.write_text(file.read_text().replace(base, head))
    code, output = github.job()
    assert code == 0, output
    assert "nothing has checked that rendering" in github.posted()
    assert github.status() == ("success", "ask first (verdict on what head's own code renders: none)")
    assert "aerofleet" in github.posted()
    clean(github)


@pytest.mark.parametrize("text", ["", "[" * 100_000, '{"verdict": "none"}'])
def test_an_artifact_that_is_no_rendering_is_unknown(github: Site, text: str) -> None:
    requirements = github.fork / "requirements.txt"
    requirements.write_text(f"aerofleet==99.0 \\\n    --hash=sha256:{'0' * 64}\n" + requirements.read_text())
    (github.artifacts / "rendering.json").write_text(text)
    github.push()
    code, output = github.job()
    assert code == 1, output
    assert "Verdict: **unknown**" in github.posted()
    clean(github)


def test_a_link_out_of_the_tree_replaces_earlier_good_news(site: Site) -> None:
    real_change(site)
    site.push()
    assert site.job()[0] == 0
    (site.fork / "stacks/local/teams/x.yaml").symlink_to("/proc/self/environ")
    site.push()
    code, output = site.job()
    assert code == 2, output
    assert "Verdict: **unknown**" in site.posted()
    assert "out of the project" in site.posted()
    state, description = site.status()
    assert state == ("error" if site.kind == "github" else "failure")
    assert description.startswith("can't be reviewed: stacks/local/teams/x.yaml is a link to /proc/self/environ")
    clean(site)


def test_a_failed_post_neither_hides_nor_changes_the_verdict(site: Site) -> None:
    real_change(site)
    site.push()
    site.state.may_write = False
    code, output = site.job()
    assert code == 0
    assert "verdict: live" in output
    assert "aerofleet review: warning: the comment of " in output
    assert "could not be posted: " in output
    assert "aerofleet review: warning: the status of " in output
    assert "could not be set: " in output
    assert "status 403" in output
    assert TOKEN not in output
