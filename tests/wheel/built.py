"""Wheels that tests build: of this checkout, or of a copy with changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.fleet.project import ROOT

INPUTS = ("aerofleet", "components", "templates", "pyproject.toml", "README.md", "LICENSE", ".gitignore")
"""What a build reads. A copy has nothing else, so a wheel of it shows that nothing else is needed."""


def copy_of_sources(folder: Path) -> Path:
    """Copy what a build reads into ``folder``, and return the folder."""
    folder.mkdir(parents=True)
    for name in INPUTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def built(sources: Path, folder: Path, kind: str = "wheel") -> Path:
    """Build a wheel (or ``sdist``) of ``sources`` into ``folder``, without a network; return the file."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(folder)]
    env = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    done = subprocess.run(command, cwd=sources, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (file,) = folder.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return file
