"""The packages of the project: each has its place in the import contracts, and a stray import fails the linter."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.project import ROOT

LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
ROOTS: list[str] = LINTER["root_packages"]
NOT_PACKAGED = {"bench", "policies", "tests"}
"""Folders with code that no package of the project may import; `policies` has three lines for the engine."""

STRAYS = {
    "aerofleet/engine/orphans.py": ("import aerofleet.cli.check", "aerofleet.engine.orphans -> aerofleet.cli.check"),
    "components/stack.py": ("import aerofleet.cli.render", "components.stack -> aerofleet.cli.render"),
    "aerofleet/toolchain/recipes.py": ("import aerofleet.cli.env", "aerofleet.toolchain.recipes -> aerofleet.cli.env"),
    "aerofleet/settings/merge.py": ("import yaml", "aerofleet.settings.merge -> yaml"),
    "components/platform.py": ("import aerofleet.live.wait", "components.platform -> aerofleet.live.wait"),
    "aerofleet/manifests/cell.py": ("import kubernetes", "aerofleet.manifests.cell -> kubernetes"),
    "aerofleet/fleet/cell.py": ("import components.stack", "aerofleet.fleet.cell -> components.stack"),
    "aerofleet/stray/__init__.py": ("import json", "aerofleet.stray"),
}
"""File → a stray import for it, and the line with which the linter names it. The last is a package without a layer."""

PROGRAM = {"signal", "pathlib", "pulumi", "aerofleet.engine.prepare", "components.refusal", "components.stack"}
"""The linter knows packages only, so the imports of __main__.py are listed here."""


@pytest.fixture(scope="module")
def linted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The linter's report on a copy of the code with every stray import."""
    copy = tmp_path_factory.mktemp("contracts")
    for name in ROOTS:
        shutil.copytree(ROOT / name, copy / name, ignore=without_data)
    shutil.copyfile(ROOT / "pyproject.toml", copy / "pyproject.toml")
    for name, (line, _) in STRAYS.items():
        file = copy / name
        file.parent.mkdir(exist_ok=True)
        file.write_text((file.read_text() if file.exists() else "") + f"\n{line}\n")
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def without_data(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not name.endswith(".py") and not (Path(folder) / name).is_dir()]


@pytest.mark.parametrize("file", STRAYS)
def test_a_stray_import_fails_the_linter(file: str, linted: str) -> None:
    broken = linted.partition("Broken contracts")[2]
    assert STRAYS[file][1] in broken


def test_the_program_imports_its_two_halves_only() -> None:
    assert set(imports_of(ROOT / "__main__.py")) == PROGRAM


def imports_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)


def test_the_contracts_know_every_folder_with_code() -> None:
    folders = {file.parent.name for file in ROOT.glob("*/*.py")}
    assert folders - NOT_PACKAGED == set(ROOTS)


PACKAGES = sorted(file.parent for name in ROOTS for file in (ROOT / name).rglob("__init__.py"))
FEATURES = ROOT / "aerofleet" / "features"
"""The docstring of this package speaks for all folders of features below it."""
DESCRIBED = [package for package in PACKAGES if package != ROOT / "aerofleet" and package.parent != FEATURES]


@pytest.mark.parametrize("package", DESCRIBED, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_says_what_it_owns_and_what_it_must_not_import(package: Path) -> None:
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""
    assert text.startswith("Owns "), text
    assert re.search(r"\bmust not import\b|\bimports (only|nothing)\b|\bimports .* only\b", text, re.IGNORECASE), text


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {file.parent for name in ROOTS for file in (ROOT / name).rglob("*.py")}
    assert folders == set(PACKAGES)
