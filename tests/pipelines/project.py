"""A project of `aerofleet init` at a forge: a bare repository, the clone of a person, and runners."""

from __future__ import annotations

import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from aerofleet.cli import main
from tests.fleet.project import ROOT
from tests.trees.repository import commit, edit, git

CELL = "prod"
TEAM = f"stacks/{CELL}/teams/checkout.yaml"


@dataclass
class ProjectAtForge:
    folder: Path

    @property
    def origin(self) -> Path:
        return self.folder / "origin.git"

    @property
    def clone(self) -> Path:
        return self.folder / "clone"

    def prepare(self) -> ProjectAtForge:
        """Make the project, with a cell that is for the pipelines; the only API server is an embedded control plane."""
        assert main(["init", str(self.clone), "--name", "fleet"]) == 0
        (self.clone / "stacks/local").rename(self.clone / f"stacks/{CELL}")
        edit(self.clone, f"stacks/{CELL}/cell.yaml", "cell: local\n", f"cell: {CELL}\n")
        edit(self.clone, f"stacks/{CELL}/cell.yaml", "ephemeral: true\n", "")
        assert main(["generate", "--root", str(self.clone)]) == 0
        self.accept()
        git(self.folder, "init", "--quiet", "--bare", str(self.origin))
        git(self.origin, "config", "uploadpack.allowAnySHA1InWant", "true")
        git(self.clone, "init", "--quiet")
        git(self.clone, "remote", "add", "origin", str(self.origin))
        return self

    def accept(self) -> None:
        assert main(["render", "--root", str(self.clone), "--into", "tests/golden"]) == 0

    def push(self, *refs: str) -> str:
        """Commit everything, and push it to ``refs``. Return the commit."""
        made = commit(self.clone)
        git(self.clone, "push", "--quiet", "--force", "origin", *(f"HEAD:refs/{ref}" for ref in refs))
        return made

    def head(self) -> str:
        return git(self.origin, "rev-parse", "main")


def with_product(folder: Path) -> None:
    """Make the environment of a checkout of the product that is tested: `make environment` has nothing to do then."""
    venv.create(folder / ".venv", with_pip=False, symlinks=True)
    ours = Path(sys.executable).parent
    (site,) = (folder / ".venv/lib").glob("python3*/site-packages")
    packages = next(Path(path) for path in sys.path if Path(path).name == "site-packages")
    (site / "tested.pth").write_text(f"import site; site.addsitedir({str(packages)!r})\n{ROOT}\n")
    (folder / ".venv/bin/aerofleet").symlink_to(ours / "aerofleet")
    (folder / ".venv/pins").touch()
