"""The product as a user has it: the wheel in an environment of its own, an empty HOME, a project, and no clone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from aerofleet.toolchain import recipes
from tests.ako.specimen import cluster
from tests.engine.releases import installed
from tests.fleet.project import EXAMPLE, ROOT, copy_of
from tests.wheel.built import built

pytestmark = pytest.mark.xdist_group("wheel")

CLONE = Path(sys.executable).parent
QUESTION = json.dumps({"verb": "update", "old": cluster("device"), "new": cluster("device", {"spec.size": 5})})
COMMANDS: Mapping[str, tuple[str, int]] = {
    "version": ("aerofleet --version", 0),
    "generate": ("aerofleet generate --check", 0),
    "check": ("aerofleet check", 0),
    "render": ("aerofleet render", 0),
    "lint": ("aerofleet lint old.yaml", 0),
    "diff": ("aerofleet diff old.yaml new.yaml --all", 0),
    "explain": ("aerofleet explain payments/ledger", 0),
    "size": ("aerofleet size payments/ledger", 0),
    "schema": ("aerofleet schema team", 0),
    "verdict": ("aerofleet verdict", 0),
    "mistake": ("aerofleet explain payments/nobody", 2),
    "env": ("aerofleet env --help", 0),
    "local": ("aerofleet local --help", 0),
    "components": ("python -P -c 'import components.stack; print(components.__doc__)'", 0),
}
KEYS = """
from aerofleet.toolchain.recipes import etcd, kubernetes, pulumi, stand_in
print([make().key for make in (pulumi, etcd, kubernetes, stand_in)])
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the installed programs."""
    folder = tmp_path_factory.mktemp("installed")
    return installed(built(ROOT, folder / "index"), folder / "venv")


@pytest.fixture(scope="module")
def project(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two renderings of a cell, which the installed product made."""
    folder = copy_of(EXAMPLE, tmp_path_factory.mktemp("project"))
    assert run("aerofleet generate", programs, folder).returncode == 0
    old = run("aerofleet render local", programs, folder).stdout
    (folder / "old.yaml").write_text(old)
    (folder / "new.yaml").write_text(old.replace("value: internal", "value: external"))
    return folder


def run(command: str, programs: Path, project: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in the project; nothing of the person who runs the tests is in its environment."""
    home = project.with_name("home")
    home.mkdir(exist_ok=True)
    env = {"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(home)}
    question = f"{QUESTION}\n"
    return subprocess.run(
        ["bash", "-c", command], cwd=project, env=env, input=question, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_a_verb_answers_as_in_the_clone(name: str, programs: Path, project: Path) -> None:
    command, code = COMMANDS[name]
    here, clone = (run(command, folder, project) for folder in (programs, CLONE))
    assert here.returncode == code, here.stderr
    assert (here.returncode, here.stdout, here.stderr) == (clone.returncode, clone.stdout, clone.stderr)
    assert list(project.with_name("home").iterdir()) == []


def test_the_packages_are_those_of_the_environment(programs: Path, project: Path) -> None:
    show = "import aerofleet, components, sys; print(aerofleet.__file__, components.__file__, *sys.path)"
    shown = run(f"python -c '{show}'", programs, project).stdout.split()
    assert all(Path(path).is_relative_to(programs.parent) for path in shown[:2])
    assert str(ROOT) not in shown


def test_the_products_own_files_are_below_the_package(programs: Path, project: Path) -> None:
    show = "from aerofleet.load.product_files import product_folder; print(product_folder('templates/project'))"
    folder = Path(run(f'python -P -c "{show}"', programs, project).stdout.strip())
    assert folder.is_relative_to(programs.parent)
    assert (folder / ".gitignore").read_bytes() == (ROOT / "templates/project/.gitignore").read_bytes()


def test_the_keys_of_the_programs_are_those_of_the_clone(programs: Path, project: Path) -> None:
    """Else an installed product would build for a quarter of an hour what the clone has in the cache."""
    keys = [make().key for make in (recipes.pulumi, recipes.etcd, recipes.kubernetes, recipes.stand_in)]
    assert run(f'python -P -c "{KEYS}"', programs, project).stdout.strip() == str(keys)
