"""The wheel holds what `aerofleet env` and `aerofleet local` need."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from aerofleet.toolchain.engine import installed_uv
from tests.fleet.project import ROOT

LOOK = """
import trustme
from aerofleet.toolchain import recipes
for recipe in (recipes.pulumi(), recipes.etcd(), recipes.kubernetes(), recipes.stand_in()):
    assert (recipe.source / "go.mod").exists() and (recipe.source / "go.sum").exists(), recipe.source
    assert recipe.key
assert list((recipes.SOURCES / "kubernetes-stand-in").glob("*.go"))
assert (recipes.SOURCES / "language_host.py").exists()
print(recipes.SOURCES)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the project's wheel and the packages that it asks for, and nothing of this clone."""
    uv = shutil.which("uv") or installed_uv("")
    if uv is None:
        pytest.skip("there is no uv to build the wheel with")
    folder = tmp_path_factory.mktemp("installed") / "venv"
    env = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    env["UV_PROJECT_ENVIRONMENT"] = str(folder)
    command = [str(uv), "sync", "--quiet", "--frozen", "--no-dev", "--no-editable", "--project", str(ROOT)]
    command += ["--refresh-package", "aerofleet"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("verb", ["env", "local"])
def test_a_verb_of_the_toolchain_starts(verb: str, environment: Path, tmp_path: Path) -> None:
    command = [str(environment / "bin/aerofleet"), verb, "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"usage: aerofleet {verb}" in done.stdout


def test_what_the_programs_are_made_from_is_there(environment: Path, tmp_path: Path) -> None:
    command = [str(environment / "bin/python"), "-P", "-c", LOOK]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(environment)
