"""A side with other pins is rendered in an environment made of them: by pip for a project, by uv for a clone."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from aerofleet.cli import main
from aerofleet.toolchain.engine import installed_uv
from aerofleet.toolchain.requirements import pinned_wheel
from aerofleet.trees.isolation import NOTES, isolation_level
from tests.engine.releases import release
from tests.engine.test_update import OTHER_DEFAULT, RESTARTED
from tests.fleet.project import EXAMPLE, ROOT
from tests.trees.clone import clone_of_product
from tests.trees.repository import commit, edit, project
from tests.wheel.built import built

pytestmark = pytest.mark.xdist_group("wheel")

CLI = "aerofleet/cli/__init__.py"
MAIN = "    arguments = list(sys.argv[1:] if argv is None else argv)\n"
SHOW = '    from importlib.metadata import version; sys.stderr.write("markupsafe " + version("markupsafe")); return 1\n'
OTHER = "3.0.2"
"""A release of MarkupSafe that has wheels and is not the locked one."""


def reviewed(root: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    main(["review", "--root", str(root), "--base", "HEAD~1", "--head", "HEAD", "--format", "json"])
    review: dict[str, Any] = json.loads(capsys.readouterr().out)
    return review


def test_another_release_in_the_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The wheels are in the project, as `aerofleet init --wheel` has them: no index knows them."""
    root = project(EXAMPLE, tmp_path / "project")
    for wheel in (built(ROOT, tmp_path / "old"), release(tmp_path / "new", "0.1.99", OTHER_DEFAULT)):
        (root / "wheels").mkdir(exist_ok=True)
        shutil.copy(wheel, root / "wheels")
        (root / "requirements.txt").write_text(pinned_wheel(wheel))
        commit(root)
    review = reviewed(root, capsys)
    assert not review["unknown"], review["unknown"]
    head = review["head"]
    assert (head["renderedBy"], head["productVersion"], head["notes"]) == (
        *("own-code", "0.1.99"),
        list(NOTES[isolation_level()]),
    )
    changed = [f"{one['namespace']}/{one['name']}" for one in review["clusters"] if one["cell"] == "local"]
    assert (review["verdict"], sorted(changed)) == ("rolling-restart", RESTARTED)


def test_another_lock_in_a_clone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    uv = shutil.which("uv") or installed_uv("")
    assert uv, "tools/bootstrap installs uv where none is on PATH"
    root = clone_of_product(tmp_path / "clone")
    for name in ("README.md", "LICENSE"):
        shutil.copy(ROOT / name, root)
    subprocess.run([str(uv), "lock", "--quiet", "--upgrade-package", f"markupsafe=={OTHER}"], cwd=root, check=True)
    edit(root, CLI, MAIN, SHOW + MAIN)
    commit(root)
    review = reviewed(root, capsys)
    assert {one["reason"] for one in review["unknown"]} == {
        f"its own code can't render it: markupsafe {OTHER}",
    }
