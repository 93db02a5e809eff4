"""Derive `aerofleet/toolchain/requirements.txt` from uv.lock.

python -m tools.derive.requirements
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from aerofleet.toolchain.engine import installed_uv
from aerofleet.toolchain.requirements import FILE

ROOT = Path(__file__).parents[2]
EXPORT = ("export", "--quiet", "--frozen", "--offline", "--no-dev", "--no-emit-project", "--no-header", "--no-annotate")


def exported(root: Path = ROOT) -> str:
    """Return the packages of uv.lock without those for developers. Raises SystemExit where there is no `uv`."""
    uv = shutil.which("uv") or installed_uv("")
    if uv is None:
        raise SystemExit("there is no `uv`: run tools/bootstrap")
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    command = [str(uv), *EXPORT, "--project", str(root)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    FILE.write_text(exported(), encoding="utf-8")
