"""A clone of the product with definitions of a test, whose code a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.fleet.project import EXAMPLE, ROOT, copy_of
from tests.trees.repository import commit, git


def clone_of_product(to: Path) -> Path:
    """Return a repository with the product's code and lock, and the definitions of the example, all committed."""
    copy_of(EXAMPLE, to)
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(ROOT / "aerofleet", to / "aerofleet", ignore=ignored)
    for name in ("pyproject.toml", "uv.lock", "__main__.py"):
        shutil.copyfile(ROOT / name, to / name)
    git(to, "init", "--quiet")
    commit(to)
    return to
