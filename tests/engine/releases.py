"""Releases of the product, installed as a user installs them: from a local index, into environments of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from aerofleet.toolchain.engine import installed_uv
from aerofleet.toolchain.requirements import pinned_wheel
from tests.wheel.built import built, copy_of_sources


def release(folder: Path, version: str, edits: Mapping[str, tuple[str, str]] | None = None) -> Path:
    """Build the wheel of a copy of this checkout with another version; return the wheel.

    ``edits``: file → text, which has to be there once, and the text in its place.
    """
    sources = copy_of_sources(folder / "sources")
    home = sources / "aerofleet/__init__.py"
    home.write_text(re.sub(r'__version__ = ".*"', f'__version__ = "{version}"', home.read_text()))
    for name, (old, new) in (edits or {}).items():
        text = (sources / name).read_text()
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
        (sources / name).write_text(text.replace(old, new))
    return built(sources, folder / "dist")


def installed(wheel: Path, venv: Path) -> Path:
    """Install the wheel with the packages that it pins itself, by hash; return the environment's folder of programs.

    Packages come from uv's cache, which has those of this checkout, or from the registry.
    """
    uv = shutil.which("uv") or installed_uv("")
    assert uv, "tools/bootstrap installs uv where none is on PATH"
    pins = venv.with_name(f"{venv.name}.txt")
    pins.write_text(pinned_wheel(wheel))
    env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    env.pop("VIRTUAL_ENV", None)
    make = ["venv", "--quiet", "--seed", str(venv)]
    install = ["pip", "install", "--quiet", "--python", str(venv / "bin/python"), "--find-links", str(wheel.parent)]
    for command in (make, [*install, "--require-hashes", "--requirement", str(pins)]):
        done = subprocess.run([str(uv), *command], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return venv / "bin"
