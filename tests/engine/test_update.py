"""Two releases of the product over one project: docs/how-to/take-an-update.md is followed line by line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from aerofleet.toolchain.requirements import pinned_wheel
from tests.engine.releases import installed, release
from tests.fleet.project import EXAMPLE, ROOT, copy_of

pytestmark = pytest.mark.xdist_group("wheel")

PAGE = ROOT / "docs/how-to/take-an-update.md"
BUILDER = "aerofleet/features/exporter/build.py"
OTHER_DEFAULT = {BUILDER: ('{"name": "AS_AUTH_MODE", "value": "internal"}', '{"name": "AS_AUTH_MODE", "value": "pki"}')}
"""The containers of clusters with access control get another variable: their pods restart, and no others."""
COMPARISON = ".aerofleet/next/venv/bin/aerofleet render --into .aerofleet/before --check"
EXPECTED_CODES = {COMPARISON: 1, COMPARISON.removeprefix(".aerofleet/next/venv/bin/"): 1}
RESTARTED = ["aerospike-checkout/cart", "aerospike-payments/ledger"]
OTHERS = ["aerospike-checkout/session", "aerospike-search/profile", "aerospike-search/suggest"]


class Update(NamedTuple):
    project: Path
    output: dict[str, str]
    """Command of the page → what it printed."""


@pytest.fixture(scope="module")
def update(tmp_path_factory: pytest.TempPathFactory) -> Update:
    """A project of release 0.1.0 on which every command of the page was run."""
    folder = tmp_path_factory.mktemp("update")
    old = release(folder / "old", "0.1.0")
    index = shutil.copytree(old.parent, folder / "index")
    shutil.copy(release(folder / "new", "0.1.1", OTHER_DEFAULT), index)
    programs = installed(old, folder / "venv")
    env = environment(programs, index)
    project = copy_of(EXAMPLE, folder / "project")
    shutil.copy(ROOT / "templates/project/.gitignore", project)
    (project / "requirements.txt").write_text(pinned_wheel(old))
    for command in ("aerofleet generate", "git init --quiet", "git add --all", "git commit --quiet --message Start"):
        assert in_shell(command, project, env).returncode == 0
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    output = {}
    for command in "".join(blocks).splitlines():
        done = in_shell(command, project, env)
        assert done.returncode == EXPECTED_CODES.get(command, 0), f"{command}\n{done.stdout}{done.stderr}"
        output[command] = done.stdout
    return Update(project, output)


def environment(programs: Path, index: Path) -> dict[str, str]:
    """The person's own settings of pip with the local index beside theirs, and the release on PATH."""
    links = f"{os.environ.get('PIP_FIND_LINKS', '')} {index}".strip()
    name = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "VIRTUAL_ENV", "PYTHON"))}
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {**kept, **name, "PIP_FIND_LINKS": links, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PATH": path}


def in_shell(command: str, project: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", command], cwd=project, env=env, capture_output=True, text=True, check=False)


def test_the_clusters_that_the_update_changes_are_listed_with_their_effects(update: Update) -> None:
    listed = update.output[COMPARISON]
    assert re.findall(r"^(aerospike-\S+): (\S+)$", listed, re.MULTILINE) == [
        (name, "rolling-restart") for name in RESTARTED
    ]
    assert listed.startswith(".aerofleet/before/local.yaml: the objects of cell local differ\n")
    assert "spec.podSpec.sidecars.{exporter}.env.{AS_AUTH_MODE}.value: another value" in listed
    assert f"none: 3 clusters without any effect: {', '.join(OTHERS)}" in listed


def test_a_cell_that_the_update_does_not_change_is_not_named(update: Update) -> None:
    assert "staging" not in update.output[COMPARISON]
    assert (update.project / "stacks/staging/cell.yaml").is_file()


def test_diff_lists_the_same(update: Update) -> None:
    (listed,) = (text for command, text in update.output.items() if "aerofleet diff" in command)
    for name in RESTARTED:
        assert f"{name}: rolling-restart\n" in listed
    for name in OTHERS:
        assert f"{name}: none\n" in listed


def test_what_is_merged_is_the_pins_only(update: Update) -> None:
    done = in_shell("git show --stat --format=%s HEAD~1", update.project, dict(os.environ))
    assert [line.split()[0] for line in done.stdout.splitlines() if " | " in line] == ["requirements.txt"], done.stdout
    assert update.output["aerofleet --version"] == "aerofleet 0.1.1\n"


def test_going_back_restarts_the_same_clusters_and_ends_where_it_began(update: Update) -> None:
    back = update.output[COMPARISON.removeprefix(".aerofleet/next/venv/bin/")]
    assert re.findall(r"^(aerospike-\S+): (\S+)$", back, re.MULTILINE) == [
        (name, "rolling-restart") for name in RESTARTED
    ]
    assert (update.project / "requirements.txt").read_text().startswith("aerofleet==0.1.0 ")


def test_a_release_that_builds_the_same_changes_no_byte(tmp_path: Path) -> None:
    """No object has the version of the product, or anything else that a release without other builders changes."""
    old, new = (
        installed(release(tmp_path / version, version), tmp_path / f"venv-{version}") for version in ("0.1.0", "0.2.0")
    )
    project = copy_of(EXAMPLE, tmp_path / "project")
    env = environment(old, tmp_path)
    assert in_shell("aerofleet generate && aerofleet render --into before", project, env).returncode == 0
    done = in_shell(
        "aerofleet --version && aerofleet render --into before --check", project, environment(new, tmp_path)
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "aerofleet 0.2.0\n", "")
    for cell in ("local", "staging"):
        assert (
            in_shell(f"aerofleet render {cell}", project, env).stdout == (project / f"before/{cell}.yaml").read_text()
        )
