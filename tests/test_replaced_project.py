"""The tests pass where a platform team has replaced `stacks/` and `templates/tiers` by its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fleet.project import ROOT, SHOP

FILES = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
COMMIT = ("-c", "user.name=test", "-c", "user.email=test@example.net", "commit", "-q", "-m", "first")


@pytest.fixture
def replaced(tmp_path: Path) -> Path:
    """Copy this clone, with other cells and tiers at the top; all have other names than ours."""
    root = tmp_path / "clone"
    names = subprocess.run(FILES, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    own = ("stacks/", "templates/tiers/")
    for name in names:
        if name and (ROOT / name).is_file() and not name.startswith(own):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name, follow_symlinks=False)
    shutil.copytree(SHOP / "stacks/here", root / "stacks/elsewhere")
    for path in (root / "stacks/elsewhere").glob("*.yaml"):
        path.write_text(path.read_text().replace("cell: here\n", "cell: elsewhere\n"))
    shutil.copytree(SHOP / "templates/tiers", root / "templates/tiers")
    for command in (("init", "-q"), ("add", "."), COMMIT):
        subprocess.run(["git", *command], cwd=root, check=True)
    subprocess.run(["tools/bootstrap"], cwd=root, check=True)
    return root


@pytest.mark.nightly
def test_the_unit_tests_read_no_definition_of_the_project(replaced: Path) -> None:
    command = [".venv/bin/pytest", "-m", "not engine and not soak"]
    done = subprocess.run(command, cwd=replaced, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
