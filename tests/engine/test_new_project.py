"""A user's first day: the wheel, an empty HOME, no clone, and what README.md says, word by word."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from aerofleet.cli import main
from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.state import State
from aerofleet.toolchain.store import cache_home
from tests.fleet.project import ROOT
from tests.wheel.built import built

POLICED = "pulumi preview --policy-pack policies --stack local"
STEP = re.compile(r"^ *```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def five_minutes() -> str:
    """Return the commands of README.md's first section, in their order."""
    section = (ROOT / "README.md").read_text().partition("\n## Five minutes\n")[2].partition("\n## ")[0]
    return "".join(line.strip() + "\n" for step in STEP.findall(section) for line in step.splitlines())


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """The environment of somebody who has the programs of the toolchain and an index with the wheel."""
    index, home = tmp_path / "index", tmp_path / "home"
    home.mkdir()
    built(ROOT, index)
    mine = {
        name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "KUBE", "XDG_", "UV_"))
    }
    mine.pop("VIRTUAL_ENV", None)
    links = f"{mine.get('PIP_FIND_LINKS', '')} {index}".strip()
    try:
        yield {**mine, "HOME": str(home), "XDG_CACHE_HOME": str(cache_home().parent), "PIP_FIND_LINKS": links}
    finally:
        ControlPlane(State(home / ".local/state/aerofleet/local")).remove()


def test_the_five_minutes_of_the_readme(person: Mapping[str, str], tmp_path: Path) -> None:
    commands = five_minutes()
    assert commands.startswith("python3 -m venv") and commands.endswith("make down\n")
    # Before the end, the README of the project: a preview with its policy pack.
    commands = commands.removesuffix("make down\n") + f"{POLICED}\nmake down\n"
    command = ["bash", "-euxo", "pipefail", "-c", commands]
    done = subprocess.run(command, cwd=tmp_path, env=dict(person), capture_output=True, text=True, check=False)
    shown = done.stdout + done.stderr
    assert done.returncode == 0, shown
    assert re.search(r"^Changed: \d+ create$", shown, re.MULTILINE), shown
    assert "size = 2\n" in shown
    assert "default-ttl: 2592000 becomes 1728000, set live  [set-live]" in shown
    assert "default-ttl: 2592000 => 1728000" in shown
    assert "stacks/local/teams/pricing.yaml: written" in shown
    assert re.search(r"Policies:\n *✅ aerofleet@", shown), shown
    assert "local: destroyed" in shown
    pins = (tmp_path / "fleet/requirements.txt").read_text()
    assert re.match(r"aerofleet==\S+ \\\n    --hash=sha256:[0-9a-f]{64}\n", pins)
    assert not (tmp_path / "home/.local/state/aerofleet/local").exists()
    assert not (tmp_path / "fleet/.aerofleet").exists()
    assert not (tmp_path / "fleet/docs").exists()


def test_pulumi_new_makes_the_same_project(pulumi_env: Mapping[str, str], tmp_path: Path) -> None:
    wanted, made = tmp_path / "wanted", tmp_path / "made"
    assert main(["init", str(wanted), "--name", "fleet"]) == 0
    made.mkdir()
    description = "Aerospike clusters as a shared service"
    command = ["pulumi", "new", str(ROOT / "templates/project"), "--generate-only", "--yes", "--non-interactive"]
    command += ["--name", "fleet", "--description", description, "--dir", str(made)]
    done = subprocess.run(command, env=dict(pulumi_env), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    program = made / "Pulumi.yaml"
    # Pulumi records where the project comes from.
    tags = f"config:\n  pulumi:tags:\n    value:\n      pulumi:template: {ROOT / 'templates/project'}\n"
    assert program.read_text().endswith(tags)
    assert {**texts(made), "Pulumi.yaml": program.read_text().removesuffix(tags)} == texts(wanted)
    # What it can't know, init adds.
    wheel = built(ROOT, tmp_path / "dist")
    assert main(["init", str(made), "--wheel", str(wheel)]) == 0
    assert (made / "requirements.txt").read_text().startswith("aerofleet==")
    assert program.read_text().endswith(tags)


def texts(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
